#!/usr/bin/env bash
# comment.sh FILE keeps one comment of the merge request up to date. The first
# line of FILE is a hidden marker, <!-- kktctl:plan FLEET -->, by which the
# comment of an earlier run is found among those of the token's own user.
#
# It needs curl and jq, KKTCTL_COMMENT_TOKEN (a project access token: api, role
# Reporter; a job's own token cannot comment), and in a pipeline of a merge
# request CI_API_V4_URL, CI_PROJECT_ID and CI_MERGE_REQUEST_IID.
set -euo pipefail

file=${1:?usage: comment.sh FILE}
notes=$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes

marker=$(head -n 1 "$file")
case $marker in
'<!-- kktctl:'*' -->') ;;
*)
  echo "comment.sh: the first line of $file is no marker of kktctl" >&2
  exit 1
  ;;
esac

# The token is not among the arguments, which others on the machine can see.
api() {
  curl -fsS --max-time 60 --config <(printf 'header = "PRIVATE-TOKEN: %s"\n' "$KKTCTL_COMMENT_TOKEN") "$@"
}

author=$(api --retry 3 "$CI_API_V4_URL/user" | jq .id)
id= page=1
while [ -z "$id" ]; do
  list=$(api --retry 3 "$notes?per_page=100&page=$page")
  id=$(jq -r --arg marker "$marker" --argjson author "$author" \
    'first(.[] | select(.author.id == $author and (.body | startswith($marker))) | .id) // empty' <<<"$list")
  [ "$(jq length <<<"$list")" -eq 100 ] || break
  page=$((page + 1))
done

method=POST to=$notes
if [ -n "$id" ]; then
  method=PUT to=$notes/$id
fi
jq -n --rawfile body "$file" '{body: $body}' |
  api -X "$method" -H 'Content-Type: application/json' --data-binary @- "$to" | jq -r '"comment \(.id)"'
