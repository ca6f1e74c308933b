#!/usr/bin/env bash
# Runs every test with the race detector, then names and counts the skipped
# ones. PKGS limits the packages. With CI=true a skipped test is a failure: nothing is left out quietly.
# What tests need beyond Go is found or installed first.
set -uo pipefail
cd "$(dirname "$0")/.."

eval "$(scripts/prepare.sh)"

log=$(mktemp)
trap 'rm -f "$log"' EXIT

go test -race -timeout 30m -v "$@" ${PKGS:-./...} >"$log" 2>&1 </dev/null
status=$?

if [ "$status" -ne 0 ]; then
  grep -vE '^ *(=== (RUN|PAUSE|CONT|NAME)|--- PASS)|\[rapid\] OK' "$log"
else
  grep -E '^(ok|\?)[[:space:]]' "$log" | grep -v 'no test files'
fi

skipped=$(grep -E '^ *--- SKIP' "$log" | sed 's/^ *//')
if [ -n "$skipped" ]; then
  echo "$skipped"
fi
count=$(printf '%s' "$skipped" | grep -c . || true)
echo "skipped: $count"

if [ "$status" -eq 0 ] && [ "$count" -gt 0 ] && [ "${CI:-}" = true ]; then
  echo "a test was skipped" >&2
  exit 1
fi
exit "$status"
