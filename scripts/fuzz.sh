#!/usr/bin/env bash
# Fuzzes every decoder of what comes from outside, one target after the other.
# FUZZTIME says how long each (30s), FUZZ limits the targets by a pattern. A
# crasher is kept under testdata/fuzz of its package: commit it with the fix,
# and every run of the tests tries it again.
set -uo pipefail
cd "$(dirname "$0")/.."

targets='
spec FuzzParse
spec/fiscal FuzzCanonicalAddress
state FuzzDecode
state FuzzDecodeJournal
state/objectstore FuzzHead
state FuzzDecodeSealed
apply FuzzDecodeUnwritten
cmd/kktctl FuzzPlanFile
cmd/kktctl/internal/view FuzzClean
cmd/kktctl/internal/view FuzzMarkdownText
providers/ofd/internal/httpapi FuzzOpen
providers/ofd/internal/httpapi FuzzEnvelope
providers/ofd/internal/httpapi FuzzRedact
providers/ofd/internal/httpapi FuzzStream
providers/ofd FuzzReceiptFile
providers/ofd/ferma/orangedata FuzzDecimal
providers/ofd/ferma/orangedata FuzzStatus
providers/ofd/ferma/checkonline FuzzAnswer
providers/ofd/signer FuzzContent
providers/ofd/signer FuzzNormalize
providers/ofd/signer/outbox FuzzName
'

# On a busy machine go test may report its own end as a failure, with no input
# to show for it.
only_late() {
  grep -q '^ *context deadline exceeded$' "$log" && ! grep -q 'Failing input' "$log"
}

failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
while read -r folder target; do
  if [ -z "$folder" ] || ! [[ "$folder $target" =~ ${FUZZ:-.} ]]; then
    continue
  fi
  if "${GO:-go}" test "./$folder" -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-30s}" -fuzzminimizetime 5x >"$log" 2>&1 </dev/null || only_late; then
    printf 'ok    %-20s %s\n' "$target" "$(grep -o 'execs: [0-9]*' "$log" | tail -1)"
  else
    printf 'FAIL  %s\n' "$target"
    cat "$log"
    failed=1
  fi
done <<<"$targets"
exit "$failed"
