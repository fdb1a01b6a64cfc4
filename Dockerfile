# The image of one service. Maven packages the services beforehand (./lockkeeper build):
#   docker build --build-arg SERVICE=gate-service --tag lockkeeper/gate-service .

# Any image with a JRE 25 or newer as `java` on the PATH.
ARG BASE=eclipse-temurin:25-jre
FROM ${BASE}

ARG SERVICE
LABEL org.opencontainers.image.title="${SERVICE}" \
      org.opencontainers.image.description="Lockkeeper: takes a release to production by its runbook, and back when it must." \
      org.opencontainers.image.licenses="Apache-2.0"

# What changes least comes first, so that a new build shares its libraries with the last one.
# Everything belongs to root: the service reads its code and cannot change it.
COPY ${SERVICE}/target/quarkus-app/lib/ /app/lib/
COPY ${SERVICE}/target/quarkus-app/quarkus-run.jar /app/
COPY ${SERVICE}/target/quarkus-app/quarkus/ /app/quarkus/
COPY ${SERVICE}/target/quarkus-app/app/ /app/app/

# An AOT cache of the classes that the service loads, made by this very JVM: later starts take them
# from there. It need not get ready for that: it is given a database that nobody serves, so it ends by
# itself and touches none, and what it has loaded until then is kept.
RUN QUARKUS_DATASOURCE_JDBC_URL=jdbc:postgresql://127.0.0.1:1/none QUARKUS_FLYWAY_CONNECT_RETRIES=0 \
    LOCKKEEPER_PLATFORM_SECRET=whsec_AAAA \
    java -XX:AOTCacheOutput=/app/app.aot \
      -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx256m -XX:-UsePerfData \
      --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
      -jar /app/quarkus-run.jar >/tmp/aot.log 2>&1; \
    test -s /app/app.aot || { cat /tmp/aot.log; exit 1; }; rm /tmp/aot.log

# A number, since Kubernetes cannot tell of a name whether it is root. The root file system may be
# read-only; only /tmp is written to.
USER 10001:10001
WORKDIR /app

# The flags of a local installation, with half of the container's memory as heap. The performance
# counters would be a file in /tmp. More flags by JAVA_TOOL_OPTIONS.
ENTRYPOINT ["java", \
  "-XX:AOTCache=/app/app.aot", \
  "-XX:+UseSerialGC", \
  "-XX:TieredStopAtLevel=1", \
  "-XX:MaxRAMPercentage=50", \
  "-XX:+ExitOnOutOfMemoryError", \
  "-XX:-UsePerfData", \
  "--enable-native-access=ALL-UNNAMED", \
  "--sun-misc-unsafe-memory-access=allow", \
  "-jar", "/app/quarkus-run.jar"]
