package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// format is of the rows that this build writes.
const format = 1

// partSize is how much of a snapshot stands in a row of parts.
const partSize = 1 << 20

// tables makes the tables. Several may do so at once: the lock lasts for the
// one transaction in which it stands, and what is there is left alone.
const tables = `
SELECT pg_advisory_xact_lock(7741465198);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = {name}) THEN
    CREATE SCHEMA {schema};
  END IF;
END $$;
CREATE TABLE IF NOT EXISTS {schema}.states (
  name       text PRIMARY KEY,
  format     integer NOT NULL,
  generation bigint NOT NULL DEFAULT 0,
  last       bigint NOT NULL DEFAULT 0,
  size       bigint NOT NULL DEFAULT 0,
  attempt    bigint NOT NULL DEFAULT 0,
  epoch      bigint NOT NULL DEFAULT 0,
  lock_id    text,
  holder     text,
  operation  text,
  created    timestamptz,
  expires    timestamptz
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS {schema}.snapshots (
  name       text NOT NULL,
  generation bigint NOT NULL,
  write_id   text NOT NULL,
  lineage    text NOT NULL,
  serial     bigint NOT NULL,
  size       bigint NOT NULL,
  head       bytea NOT NULL,
  written    timestamptz NOT NULL,
  PRIMARY KEY (name, generation)
);
CREATE TABLE IF NOT EXISTS {schema}.parts (
  name       text NOT NULL,
  generation bigint NOT NULL,
  part       integer NOT NULL,
  data       bytea NOT NULL,
  PRIMARY KEY (name, generation, part)
);
CREATE TABLE IF NOT EXISTS {schema}.journal (
  name       text NOT NULL,
  generation bigint NOT NULL,
  first      bigint NOT NULL,
  last       bigint NOT NULL,
  epoch      bigint NOT NULL,
  write_id   text NOT NULL,
  data       bytea NOT NULL,
  PRIMARY KEY (name, generation, first)
);
`

// rightsFor is what somebody with more rights runs for a user that may not
// make a schema.
const rightsFor = `CREATE SCHEMA IF NOT EXISTS {schema}; GRANT USAGE, CREATE ON SCHEMA {schema} TO {user}`

// rightsOn is what the owner of tables runs for a user that may not use them.
const rightsOn = `GRANT USAGE ON SCHEMA {schema} TO {user}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {user}`

// in puts the names into a statement.
func (s *Store) in(sql string) string {
	schema := s.place.schema
	return strings.NewReplacer(
		"{schema}", pgx.Identifier{schema}.Sanitize(),
		"{name}", "'"+strings.ReplaceAll(schema, "'", "''")+"'",
		"{user}", pgx.Identifier{s.place.config.ConnConfig.User}.Sanitize(),
		"{durable}", durable,
	).Replace(sql)
}

// durable has the transaction in which it stands wait until it is on the disk,
// whatever the database's setting is; a stronger setting is kept.
const durable = `set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', 'local', 'remote_write') THEN 'on' ELSE current_setting('synchronous_commit') END, true)`

// create makes the tables where they are missing.
func (s *Store) create(ctx context.Context) error {
	err := s.try(ctx, s.opts.patience.read, again, func(ctx context.Context) error {
		return s.script(ctx, s.in(tables))
	})
	if is(err, insufficientPrivilege) {
		return fmt.Errorf("%s: the tables are not there yet and the user may not make them\nhint: have somebody with more rights run:\n%s",
			s.location, s.in(rightsFor))
	}
	return s.tell(err)
}
