package postgres

// Share has a store use the connections of another one of the same database,
// so that tests which open many are not about connecting. It is not closed.
func Share(s, from *Store) error {
	pool, err := from.connections()
	s.pool = pool
	return err
}
