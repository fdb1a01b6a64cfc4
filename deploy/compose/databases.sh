#!/usr/bin/env bash
# Makes one database and one role for each service, when PostgreSQL starts on an empty volume.
# Passwords come in the environment: GATE_DATABASE_PASSWORD and so on.
set -euo pipefail

for service in gate rollout monitor audit notification; do
  password="${service^^}_DATABASE_PASSWORD"
  psql --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --set service="$service" --set password="${!password}" <<'SQL'
create role :"service" login password :'password';
create database :"service" owner :"service";
-- No service sees another's facts.
revoke all on database :"service" from public;
SQL
done
