#!/usr/bin/env bash
# Finds what tests need beyond Go, and installs what is missing where that can
# be done: from Debian as root or with sudo that asks nothing, from npm into a
# cache folder outside the work tree. It prints variables for the tests, so:
#   eval "$(scripts/prepare.sh)"
# It never fails: what stays missing is told in a line on stderr, and its tests
# are skipped by name. KKTCTL_TEST_INSTALL=no installs nothing.
#
# One thing that tests need is three functions: has_X, get_X and vars_X, a line
# in `all` below, and what is told without it.
set -uo pipefail
cd "$(dirname "$0")/.."

cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/kktctl-test
all='gost node modules postgres pgbouncer recipes'

exec 3>&2
say() { printf 'prepare: %s\n' "$*" >&3; }

# limited SECONDS COMMAND... ends a command that hangs, where that can be done.
limited() {
  local seconds=$1
  shift
  if command -v timeout >/dev/null; then timeout "$seconds" "$@"; else "$@"; fi
}

# debian PACKAGE... installs packages, with fresh lists only when it has to.
debian() {
  local sudo=()
  command -v apt-get >/dev/null || return 1
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || return 1
    sudo=(sudo -n)
  fi
  say "installing $* by apt-get"
  local options=(-qq -o DPkg::Lock::Timeout=120 -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20)
  local install=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" install -y --no-install-recommends "$@")
  limited 300 "${install[@]}" && return
  limited 120 "${sudo[@]}" apt-get "${options[@]}" update && limited 300 "${install[@]}"
}

# OpenSSL with the ГОСТ engine: signs and verifies as companies do.
has_gost() { openssl engine gost >/dev/null 2>&1; }
get_gost() { debian openssl libengine-gost-openssl; }
vars_gost() { :; }
without_gost='openssl has no ГОСТ engine (Debian: libengine-gost-openssl): tests that sign with ГОСТ are skipped'

# The scripts of the recipes for pipelines call curl and jq.
has_recipes() { command -v curl >/dev/null && command -v jq >/dev/null; }
get_recipes() { debian curl jq; }
vars_recipes() { :; }
without_recipes='curl or jq is absent (Debian: curl, jq): the recipes in examples are not run'

# Node.js and npm run a client that nobody here wrote.
has_node() { command -v node >/dev/null && command -v npm >/dev/null; }
get_node() {
  local want=()
  command -v node >/dev/null || want+=(nodejs)
  command -v npm >/dev/null || want+=(npm)
  debian "${want[@]}"
}
vars_node() { :; }
without_node='node or npm is absent (Debian: nodejs, npm): tests with node-orangedata are skipped'

# The npm modules, as the lock file in the repository pins them. The folder is
# named by that file's checksum and appears whole or not at all.
lockfile=$(find . -name package-lock.json -path '*/testdata/*' -not -path '*/node_modules/*' 2>/dev/null | LC_ALL=C sort | head -n 1)
modules=
if [ -n "$lockfile" ]; then
  modules=$cache/node-$(cat "$lockfile" "${lockfile%/*}/package.json" 2>/dev/null | cksum | tr ' ' -)/node_modules
fi
has_modules() { [ -z "$lockfile" ] || [ -d "$modules" ]; }
get_modules() {
  has_node || return 1
  say "installing the npm modules of ${lockfile#./}"
  local dir
  dir=$(mktemp -d "$cache/new.XXXXXX") || return 1
  cp "$lockfile" "${lockfile%/*}/package.json" "$dir" &&
    (cd "$dir" && limited 300 npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --fetch-retries=1 --fetch-timeout=30000) &&
    { has_modules || mv "$dir" "${modules%/*}"; }
  local status=$?
  rm -rf "$dir"
  return "$status"
}
vars_modules() {
  if [ -n "$lockfile" ]; then printf 'export KKTCTL_TEST_NODE_MODULES=%q\n' "$modules"; fi
}
without_modules='the npm modules are not installed: tests with node-orangedata are skipped'

# quiet COMMAND... installs without starting services or making a cluster:
# tests start servers of their own.
quiet() {
  local sudo=() policy=/usr/sbin/policy-rc.d clusters=/etc/postgresql-common/createcluster.d status
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || return 1
    sudo=(sudo -n)
  fi
  local made=()
  if [ ! -e "$policy" ] && printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee "$policy" >/dev/null; then
    "${sudo[@]}" chmod 755 "$policy"
    made+=("$policy")
  fi
  if [ ! -e "$clusters/kktctl.conf" ] && "${sudo[@]}" mkdir -p "$clusters" &&
    echo 'create_main_cluster = false' | "${sudo[@]}" tee "$clusters/kktctl.conf" >/dev/null; then
    made+=("$clusters/kktctl.conf")
  fi
  "$@"
  status=$?
  [ "${#made[@]}" -eq 0 ] || "${sudo[@]}" rm -f "${made[@]}"
  return "$status"
}

# PostgreSQL's programs. What is on the path may be of another kind: Debian's
# are in a folder of their own.
postgres_bin() {
  local dir major best=0 found=
  for dir in /usr/lib/postgresql/*/bin; do
    major=${dir%/bin}
    major=${major##*/}
    if [ "${major%%.*}" -gt "$best" ] 2>/dev/null && is_postgres "$dir"; then
      best=${major%%.*} found=$dir
    fi
  done
  for dir in "${KKTCTL_TEST_POSTGRES:-}" "$found" "$(pg_config --bindir 2>/dev/null)" "$(command -v postgres)"; do
    dir=${dir%/postgres}
    if is_postgres "$dir"; then
      printf '%s' "$dir"
      return
    fi
  done
  return 1
}
is_postgres() {
  [ -n "$1" ] && [ -x "$1/initdb" ] || return 1
  case $("$1/postgres" --version 2>/dev/null) in *PostgreSQL*) return 0 ;; esac
  return 1
}
has_postgres() { postgres_bin >/dev/null; }
get_postgres() { quiet debian postgresql; }
vars_postgres() { printf 'export KKTCTL_TEST_POSTGRES=%q\n' "$(postgres_bin)"; }
without_postgres='PostgreSQL is absent (Debian: postgresql): tests of states in a database are skipped'

# pgbouncer stands in front of it as it does in production.
bouncer() { command -v pgbouncer || { [ -x /usr/sbin/pgbouncer ] && echo /usr/sbin/pgbouncer; }; }
has_pgbouncer() { bouncer >/dev/null; }
get_pgbouncer() { quiet debian pgbouncer; }
vars_pgbouncer() { printf 'export KKTCTL_TEST_PGBOUNCER=%q\n' "$(bouncer)"; }
without_pgbouncer='pgbouncer is absent (Debian: pgbouncer): tests of states behind a pooler are skipped'

# install X tries once in an hour: without a network a try takes its time. In
# CI it always tries.
install() {
  local failed=$cache/$1.failed
  if [ "${CI:-}" != true ] && [ -n "$(find "$failed" -mmin -60 2>/dev/null)" ]; then
    return 1
  fi
  if "get_$1" >"$cache/$1.log" 2>&1 </dev/null 9>&- && "has_$1"; then
    rm -f "$failed"
    return
  fi
  : >"$failed"
  return 1
}

missing=
for thing in $all; do
  "has_$thing" || missing+=" $thing"
done

if [ -n "$missing" ] && [ "${KKTCTL_TEST_INSTALL:-yes}" != no ]; then
  if mkdir -p "$cache" 2>/dev/null && exec 9>"$cache/lock"; then
    # One at a time, so that nobody downloads what another one is bringing.
    if command -v flock >/dev/null; then flock -w 900 9; fi
    for thing in $missing; do
      "has_$thing" || install "$thing"
    done
    exec 9>&-
  else
    say "$cache cannot be written: nothing is installed"
  fi
fi

for thing in $all; do
  if "has_$thing"; then
    "vars_$thing"
  else
    without=without_$thing
    say "${!without}"
  fi
done
exit 0
