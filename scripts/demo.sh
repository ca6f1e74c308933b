#!/usr/bin/env bash
# A few seconds with kktctl and a simulated service. Nothing real happens and
# nothing is left behind.
#   scripts/demo.sh FOLDER-WITH-THE-EXAMPLE
set -euo pipefail
example=$(cd "${1:-examples}" && pwd)

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cp "$example"/fleet.yaml "$example"/fleet.world.json "$dir"
cd "$dir"
export KKTCTL_POLL_INTERVAL=${KKTCTL_POLL_INTERVAL:-200ms}

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' plain=$'\e[0m'; fi
say() { printf '\n%s# %s%s\n' "$bold" "$*" "$plain"; }
run() { printf '\n%s$ kktctl %s%s\n' "$bold" "$*" "$plain"; kktctl "$@" 2>&1; }

say "Ten tills of two companies stand in fleet.yaml. Is the file right? (offline)"
run validate

say "What would have to be done? A plan calls nothing that changes anything."
run plan --sandbox

say "Do it. Signatures, the tax service and the tills' printed reports are simulated."
printf '\n%s$ kktctl apply --sandbox --auto-approve --wait 1m%s\n' "$bold" "$plain"
# The plan was shown above; what is shown here is how it ends.
ending() { sed -n '/^Applied:/,$p'; }
if [ -t 2 ]; then
  kktctl apply --sandbox --auto-approve --wait 1m | ending
else
  kktctl apply --sandbox --auto-approve --wait 1m 2>"$dir/progress" | ending
  printf '(%s lines of progress, the last: %s)\n' "$(wc -l <"$dir/progress")" "$(tail -n 1 "$dir/progress")"
fi

say "Applied means applied: the next plan is empty."
run plan --sandbox

say "Somebody changes the ФН of a till and tells nobody."
run sandbox till 00307404867501 --fn 9287440300784999

say "The next plan shows it, with what it needs and whom it waits for."
run plan --sandbox --detailed-exitcode || echo "(exit code $?: a pipeline can tell)"
