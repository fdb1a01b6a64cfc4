#!/usr/bin/env bash
# Starts PostgreSQL as the image postgres does: an empty volume is initialised, with
# POSTGRES_PASSWORD for connections by TCP, and the scripts of /docker-entrypoint-initdb.d run
# against a server that nobody else reaches.
set -euo pipefail

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA"
  chown -R postgres:postgres /var/lib/postgresql
  exec setpriv --reuid=postgres --regid=postgres --init-groups -- "${BASH_SOURCE[0]}" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --pgdata="$PGDATA" --username=postgres --encoding=UTF8 --locale=C.UTF-8 \
    --auth-local=trust --auth-host=scram-sha-256 --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD")
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  printf '%s\n' "listen_addresses = '*'" "unix_socket_directories = '/var/run/postgresql'" \
    >>"$PGDATA/postgresql.conf"
  pg_ctl --pgdata="$PGDATA" --wait --options="-c listen_addresses=''" start
  for script in /docker-entrypoint-initdb.d/*.sh; do
    echo "running $script"
    if [ -x "$script" ]; then
      "$script"
    else
      # shellcheck source=/dev/null
      . "$script"
    fi
  done
  pg_ctl --pgdata="$PGDATA" --wait --mode=fast stop
fi

exec "$@"
