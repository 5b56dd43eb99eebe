#!/bin/sh
# Ask a Modelyard server for an answer and its explanation, and tell it later what came of it.
# Usage: sh client.sh URL RECORD [TRUTH]; the key comes from MODELYARD_KEY. Needs curl 7.76 or newer.
set -eu
url=${1%/} record=$2 truth=${3:-}
# The request id is ours to choose: by it /feedback knows the answer again.
id=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# POST a body to a path and print what comes back. curl asks again after 429, 503 and the like, when Retry-After says so.
# The key goes over standard input: a command line can be read by everybody on the machine.
post() {
  if ! printf '%s\n' ${MODELYARD_KEY:+"header = \"Authorization: Bearer $MODELYARD_KEY\""} |
    curl --config - --silent --show-error --fail-with-body --retry 4 --retry-max-time 60 --max-time 90 \
      --header 'Content-Type: application/json' --header "X-Request-ID: $id" \
      --data-binary "$2" --output "$answer" "$url$1"; then
    cat "$answer" >&2 # the problem document: code, detail, problems with their hints, request_id
    echo >&2
    return 1
  fi
  cat "$answer"
  echo
}

post /predict "$record"
post /explain "{\"record\": $record}"
if [ -n "$truth" ]; then
  post /feedback "{\"request_id\": \"$id\", \"truth\": \"$truth\"}"
fi
