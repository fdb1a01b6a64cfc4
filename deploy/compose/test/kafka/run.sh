#!/usr/bin/env bash
# Starts a broker as apache/kafka does: the wrapper, which is Kafka's own, turns the variables
# KAFKA_… into server.properties and formats an empty volume.
set -euo pipefail

# The image's default.
export CLUSTER_ID=${CLUSTER_ID:-5L6g3nShT-eMCtK--X86sw}

# shellcheck disable=SC2206
java=(java ${KAFKA_HEAP_OPTS:--Xmx1g} -XX:+UseSerialGC -XX:-UsePerfData
  -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp '/opt/kafka/libs/*')

"${java[@]}" kafka.docker.KafkaDockerWrapper setup --default-configs-dir /etc/kafka/docker \
  --mounted-configs-dir /mnt/shared/config --final-configs-dir /opt/kafka/config
exec "${java[@]}" kafka.Kafka /opt/kafka/config/server.properties
