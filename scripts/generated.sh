#!/usr/bin/env bash
# Checks that the generated files are what `make generate` would make.
set -euo pipefail
cd "$(dirname "$0")/.."

if grep -rqE '^//go:generate ' --include='*.go' .; then
  before=$(git status --porcelain; git diff | cksum)
  go generate ./...
  after=$(git status --porcelain; git diff | cksum)
  if [ "$before" != "$after" ]; then
    echo "generated files are not current: run make generate" >&2
    exit 1
  fi
fi
