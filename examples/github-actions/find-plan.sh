#!/usr/bin/env bash
# find-plan.sh finds the run that planned the pull request whose merge this
# commit is, and writes run-id and pull to GITHUB_OUTPUT. A commit that was
# pushed without a pull request has neither; that is no error.
#
# It needs curl and jq, and from the workflow GITHUB_TOKEN (actions: read,
# pull-requests: read), GITHUB_REPOSITORY, GITHUB_SHA and GITHUB_API_URL.
set -euo pipefail

workflow=${PLAN_WORKFLOW:-kktctl-plan.yml}
repo=$GITHUB_API_URL/repos/$GITHUB_REPOSITORY

api() {
  curl -fsS --max-time 60 --retry 3 --config <(printf 'header = "Authorization: Bearer %s"\n' "$GITHUB_TOKEN") \
    -H 'Accept: application/vnd.github+json' -H 'X-GitHub-Api-Version: 2022-11-28' "$@"
}

pull=$(api "$repo/commits/$GITHUB_SHA/pulls" | jq -c --arg sha "$GITHUB_SHA" \
  'first(.[] | select(.merged_at != null and .merge_commit_sha == $sha)) // empty')
if [ -z "$pull" ]; then
  echo "The commit $GITHUB_SHA is not the merge of a pull request."
  exit 0
fi
number=$(jq .number <<<"$pull")
head=$(jq -r .head.sha <<<"$pull")
echo "pull=$number" >>"$GITHUB_OUTPUT"

run=$(api "$repo/actions/workflows/$workflow/runs?event=pull_request&status=success&head_sha=$head&per_page=1" |
  jq '.workflow_runs[0].id // empty')
if [ -z "$run" ]; then
  echo "No plan was made of the last commit of pull request $number, $head."
  exit 0
fi
echo "run-id=$run" >>"$GITHUB_OUTPUT"
