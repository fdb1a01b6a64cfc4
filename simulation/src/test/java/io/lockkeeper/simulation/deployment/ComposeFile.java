package io.lockkeeper.simulation.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.quickstart.local.Layout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// docker-compose.yml held against the code.
final class ComposeFile {

  private static final String PASSWORD =
      "${%s_DATABASE_PASSWORD:?run deploy/compose/init.sh first}";

  private final JsonNode services;
  private final List<String> findings = new ArrayList<>();

  private ComposeFile(String text) {
    this.services = YamlText.document(text).path("services");
  }

  /// What is wrong with this file.
  ///
  /// @param versions the versions of Kafka and PostgreSQL that the tests run with
  static List<String> findings(String text, List<ServiceFacts> facts, Versions versions) {
    ComposeFile file = new ComposeFile(text);
    facts.forEach(file::service);
    file.platform(versions);
    file.everybody(facts);
    return file.findings;
  }

  private void service(ServiceFacts facts) {
    JsonNode service = services.path(facts.name());
    if (service.isMissingNode()) {
      findings.add(facts.name() + " is missing");
      return;
    }
    Map<String, String> environment = YamlText.pairs(service.path("environment"));
    findings.addAll(Environment.findings(facts, environment));
    is(
        facts.name() + "'s password",
        environment.getOrDefault("QUARKUS_DATASOURCE_PASSWORD", ""),
        PASSWORD.formatted(facts.database().toUpperCase(Locale.ROOT)));
    is(
        facts.name() + "'s ports",
        YamlText.texts(service.path("ports")).toString(),
        "[127.0.0.1:%d:%<d]".formatted(facts.port()));
    is(
        facts.name() + "'s build argument",
        service.at("/build/args/SERVICE").asText(),
        facts.name());
    is(
        facts.name() + "'s image",
        service.path("image").asText(),
        "lockkeeper/" + facts.name() + ":${LOCKKEEPER_TAG:-latest}");
    is(
        facts.name() + "'s wait for the database",
        service.at("/depends_on/postgres/condition").asText(),
        "service_healthy");
    is(
        facts.name() + "'s wait for the topics",
        service.at("/depends_on/topics/condition").asText(),
        "service_completed_successfully");
    if (!service.at("/healthcheck/test").toString().contains("/q/health/ready")) {
      findings.add(facts.name() + " is not asked whether it is ready");
    }
    if (!service.path("read_only").asBoolean()) {
      findings.add(facts.name() + " may write to its file system");
    }
    mounts(facts, service, environment);
  }

  /// Every file or folder that a variable names is mounted there.
  private void mounts(ServiceFacts facts, JsonNode service, Map<String, String> environment) {
    List<String> mounted =
        YamlText.texts(service.path("volumes")).stream()
            .map(volume -> volume.split(":")[1])
            .toList();
    environment.values().stream()
        .map(value -> value.replaceFirst("^file://", ""))
        .filter(value -> value.startsWith("/"))
        .filter(path -> !mounted.contains(path))
        .forEach(path -> findings.add(facts.name() + " has nothing at " + path));
  }

  private void platform(Versions versions) {
    is("kafka's image", image("kafka"), "apache/kafka:" + versions.kafka());
    is("the image that makes topics", image("topics"), "apache/kafka:" + versions.kafka());
    is("postgres' image", image("postgres"), "postgres:" + versions.postgres());
    JsonNode kafka = services.path("kafka").path("environment");
    is(
        "making topics by accident",
        kafka.path("KAFKA_AUTO_CREATE_TOPICS_ENABLE").asText(),
        "false");
    String host = new Layout(Path.of(""), Path.of(""), Layout.BASE_PORT).kafka();
    if (!kafka.path("KAFKA_ADVERTISED_LISTENERS").asText().endsWith("HOST://" + host)) {
      findings.add("kafka is not to be found at " + host + ", as the README says");
    }
    if (!services.at("/topics/volumes").toString().contains("/k8s/base/create-topics.sh:")) {
      findings.add("topics does not run create-topics.sh");
    }
  }

  private String image(String service) {
    return services.path(service).path("image").asText();
  }

  private void everybody(List<ServiceFacts> facts) {
    Set<String> known = new TreeSet<>(Set.of("kafka", "postgres", "topics", "prometheus"));
    facts.forEach(service -> known.add(service.name()));
    services
        .properties()
        .forEach(
            entry -> {
              String name = entry.getKey();
              if (!known.contains(name)) {
                findings.add(name + " is none of " + known);
              }
              for (String port : YamlText.texts(entry.getValue().path("ports"))) {
                if (!port.startsWith("127.0.0.1:")) {
                  findings.add(name + " is open to the network: " + port);
                }
              }
              YamlText.pairs(entry.getValue().path("environment"))
                  .forEach(
                      (variable, value) -> {
                        if (Environment.isSecret(variable) && !value.startsWith("${")) {
                          findings.add(name + ": " + variable + " stands in the file");
                        }
                      });
            });
  }

  private void is(String what, String found, String expected) {
    if (!expected.equals(found)) {
      findings.add("%s is %s, not %s".formatted(what, found, expected));
    }
  }

  /// The versions that the tests run with, as the parent POM has them.
  record Versions(String kafka, String postgres) {}
}
