#!/bin/sh
# Starts Redis with the password from a file: it is never on a command line, where every user of the machine could read it.
set -eu
umask 077
{
  printf 'requirepass %s\n' "$(cat /run/secrets/redis_password)"
  cat /etc/redis/redis.conf
} >/run/redis/redis.conf
exec redis-server /run/redis/redis.conf
