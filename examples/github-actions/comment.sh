#!/usr/bin/env bash
# comment.sh PULL FILE keeps one comment of a pull request up to date. The first
# line of FILE is a hidden marker, <!-- kktctl:plan FLEET -->, by which the
# comment of an earlier run is found. Only comments of COMMENT_AUTHOR are
# looked at: anybody can write a marker.
#
# It needs curl and jq, and from the workflow GITHUB_TOKEN (pull-requests:
# write), GITHUB_REPOSITORY and GITHUB_API_URL.
set -euo pipefail

pull=${1:?usage: comment.sh PULL FILE}
file=${2:?usage: comment.sh PULL FILE}
author=${COMMENT_AUTHOR:-github-actions[bot]}
comments=$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues/$pull/comments

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
  curl -fsS --max-time 60 --config <(printf 'header = "Authorization: Bearer %s"\n' "$GITHUB_TOKEN") \
    -H 'Accept: application/vnd.github+json' -H 'X-GitHub-Api-Version: 2022-11-28' "$@"
}

id= page=1
while [ -z "$id" ]; do
  list=$(api --retry 3 "$comments?per_page=100&page=$page")
  id=$(jq -r --arg marker "$marker" --arg author "$author" \
    'first(.[] | select(.user.login == $author and (.body | startswith($marker))) | .id) // empty' <<<"$list")
  [ "$(jq length <<<"$list")" -eq 100 ] || break
  page=$((page + 1))
done

method=POST to=$comments
if [ -n "$id" ]; then
  method=PATCH to=$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues/comments/$id
fi
jq -n --rawfile body "$file" '{body: $body}' |
  api -X "$method" -H 'Content-Type: application/json' --data-binary @- "$to" | jq -r .html_url
