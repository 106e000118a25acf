#!/bin/bash
# Runs once after Elasticsearch is up: Kibana's password, and a user for the pipeline that may do what it needs and no more. Every call may be repeated.
set -euo pipefail
elasticsearch=${ELASTICSEARCH_URL:-http://elasticsearch:9200}
secret() { cat "/run/secrets/$1"; }

# put PATH BODY: the body and the password go through files and standard input, so that neither is on a command line.
put() {
  local code
  code=$(printf '%s' "$2" | curl -sS -o /tmp/answer -w '%{http_code}' -X "${3:-PUT}" -K <(printf 'user = "elastic:%s"\n' "$(secret elastic_password)") \
    -H 'Content-Type: application/json' --data-binary @- "$elasticsearch$1")
  if [ "${code:0:1}" != 2 ]; then echo "$1 was refused ($code): $(cat /tmp/answer)" >&2; exit 1; fi
  echo "$1: done"
}

put /_security/user/kibana_system/_password "{\"password\":\"$(secret kibana_password)\"}" POST
put /_security/role/secstream "$(cat /etc/secstream/role.json)"
put /_security/user/secstream "{\"password\":\"$(secret secstream_password)\",\"roles\":[\"secstream\",\"kibana_admin\"],\"full_name\":\"SecStream pipeline\"}"
