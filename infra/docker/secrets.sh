#!/bin/sh
# Makes the secrets of docker-compose.yml: random, one file each, in infra/docker/secrets (ignored by git). What is there already is kept; delete a file to
# have a new one. Run it before the first `docker compose up`.
set -eu
cd -- "$(dirname -- "$0")/secrets"
# Containers read them as users of their own, so the files are open, and the folder is what keeps others on this machine out.
chmod 700 .
for name in elastic_password kibana_password kibana_encryption_key secstream_password redis_password grafana_password http_admin http_shipper http_viewer; do
  if [ -s "$name" ]; then continue; fi
  # 48 hexadecimal digits: no character that a shell, a URL or a configuration file would read otherwise.
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$name.new"
  chmod 444 "$name.new"
  mv "$name.new" "$name"
  echo "made infra/docker/secrets/$name"
done
