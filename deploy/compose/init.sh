#!/usr/bin/env bash
# Makes what docker-compose.yml needs and no repository holds.
set -euo pipefail
umask 077

usage() {
  cat <<'END'
Usage: deploy/compose/init.sh

Makes what docker-compose.yml needs and no repository holds: passwords and a webhook secret in .env,
and the key pair of bearer tokens in deploy/compose/secrets/keys. May be run again: what is there
stays. Needs openssl.
END
}

case ${1:-} in
  '') ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    printf 'init.sh takes no %s.\n\n' "$1" >&2
    usage >&2
    exit 2
    ;;
esac

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly ENVIRONMENT=.env
readonly KEYS=deploy/compose/secrets/keys

command -v openssl >/dev/null || { echo "openssl is missing" >&2; exit 2; }

# Adds NAME=VALUE unless there is one; the value is the output of a command.
ensure() {
  local name=$1 value
  shift
  if ! grep -q "^$name=" "$ENVIRONMENT"; then
    value=$("$@")
    printf '%s=%s\n' "$name" "$value" >>"$ENVIRONMENT"
    echo "made $name in $ENVIRONMENT"
  fi
}

password() { openssl rand -hex 32; }

# As Standard Webhooks writes one.
webhook_secret() { printf 'whsec_%s' "$(openssl rand -base64 32)"; }

touch "$ENVIRONMENT"
chmod 600 "$ENVIRONMENT"
# A file that somebody edited may end without a line feed.
if [ -n "$(tail -c 1 "$ENVIRONMENT")" ]; then echo >>"$ENVIRONMENT"; fi
# What containers and volumes are called, wherever the repository stands.
ensure COMPOSE_PROJECT_NAME echo lockkeeper
ensure POSTGRES_PASSWORD password
for service in GATE ROLLOUT MONITOR AUDIT NOTIFICATION; do
  ensure "${service}_DATABASE_PASSWORD" password
done
ensure LOCKKEEPER_PLATFORM_SECRET webhook_secret

mkdir -p "$KEYS"
if [ ! -f "$KEYS/private.pem" ]; then
  openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$KEYS/private.pem.new"
  mv "$KEYS/private.pem.new" "$KEYS/private.pem"
  echo "made $KEYS/private.pem"
fi
openssl pkey -in "$KEYS/private.pem" -pubout -out "$KEYS/public.pem"
# The containers run as another user, and it is no secret.
chmod 644 "$KEYS/public.pem"
