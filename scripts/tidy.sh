#!/usr/bin/env bash
# Checks that go.mod and go.sum hold what the code needs and nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -d internal/deps ]; then
  echo "go.mod is not checked while internal/deps pins modules"
  exit 0
fi
go mod tidy -diff
