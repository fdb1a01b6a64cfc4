#!/usr/bin/env bash
# Makes the topics that are missing and leaves those that exist as they are. May be run again.
# The Job create-topics runs it, and docker-compose.yml the same file; it stands here because
# kustomize reads nothing outside of its folder.
#
# KAFKA_BOOTSTRAP_SERVERS  the brokers
# REPLICATION_FACTOR, MIN_INSYNC_REPLICAS  3 and 2 in production; 1 and 1 on one broker
# KAFKA_CLIENT_PROPERTIES  optional: a file with what the brokers ask of a client (TLS, SASL)
# KAFKA_TOPICS             Kafka's own tool
set -euo pipefail

# Never changed in place: a release's key must stay on its partition.
readonly PARTITIONS=12
readonly DAY=86400000

tool() {
  "${KAFKA_TOPICS:-/opt/kafka/bin/kafka-topics.sh}" \
    --bootstrap-server "$KAFKA_BOOTSTRAP_SERVERS" \
    ${KAFKA_CLIENT_PROPERTIES:+--command-config "$KAFKA_CLIENT_PROPERTIES"} "$@"
}

# topic NAME RETENTION_MS MAX_MESSAGE_BYTES
topic() {
  tool --create --if-not-exists --topic "$1" \
    --partitions "$PARTITIONS" --replication-factor "$REPLICATION_FACTOR" \
    --config min.insync.replicas="$MIN_INSYNC_REPLICAS" \
    --config cleanup.policy=delete \
    --config retention.ms="$2" \
    --config retention.bytes=-1 \
    --config max.message.bytes="$3"
  # One that exists with another number of partitions is no use, and nothing to be repaired here.
  local found
  found=$(tool --describe --topic "$1" | sed -n 's/.*PartitionCount: *\([0-9]*\).*/\1/p')
  if [ "$found" != "$PARTITIONS" ]; then
    echo "$1 has ${found:-no} partitions, not $PARTITIONS" >&2
    exit 1
  fi
}

topic release-requests $((7 * DAY)) 1048576
# A dead letter is a request of the greatest length and the reason why it was not read.
topic release-requests-dead-letters $((30 * DAY)) 1114112
# Every fact of every release; kept for ever.
topic release-events -1 1048576
topic release-telemetry $((30 * DAY)) 1048576
