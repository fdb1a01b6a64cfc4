package io.lockkeeper.simulation.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The Prometheus of docker-compose.yml held against the services that it reads, and against what
/// the alerts and the dashboard expect of it.
final class PrometheusFile {

  static final String CONFIGURATION = "deploy/compose/prometheus.yml";
  static final String COMPOSE = "docker-compose.yml";

  private static final Path FOLDER = Path.of("/etc/prometheus");
  private static final String ALERTS = "docs/prometheus-alerts.yaml";

  private final List<String> findings = new ArrayList<>();

  private PrometheusFile() {}

  /// What is wrong with how it is set up.
  ///
  /// @param files its configuration and the compose file, by name
  /// @param home  where the files are that the compose file mounts
  static List<String> findings(Map<String, String> files, Path home, List<ServiceFacts> facts) {
    PrometheusFile file = new PrometheusFile();
    JsonNode prometheus = YamlText.document(files.getOrDefault(CONFIGURATION, ""));
    file.scrapes(prometheus.path("scrape_configs"), facts);
    file.rules(
        YamlText.texts(prometheus.path("rule_files")),
        home,
        mounts(files.getOrDefault(COMPOSE, "")));
    return file.findings;
  }

  private void scrapes(JsonNode scrapes, List<ServiceFacts> facts) {
    is("the number of jobs", scrapes.size(), 1);
    is("the job", scrapes.at("/0/job_name").asText(), "lockkeeper");
    is("what is read", scrapes.at("/0/metrics_path").asText(), "/q/metrics");
    Map<String, Map<String, String>> labels = new TreeMap<>();
    for (JsonNode targets : scrapes.at("/0/static_configs")) {
      for (String target : YamlText.texts(targets.path("targets"))) {
        labels.put(target, YamlText.pairs(targets.path("labels")));
      }
    }
    for (ServiceFacts service : facts) {
      String target = service.name() + ":" + service.port();
      is(target + "'s labels", labels.remove(target), Map.of("service", service.name()));
    }
    labels.keySet().forEach(target -> findings.add(target + " is no service"));
  }

  private void rules(List<String> rules, Path home, Map<Path, Path> mounts) {
    is(
        "the mounted configuration",
        mounts.get(FOLDER.resolve("prometheus.yml")),
        Path.of(CONFIGURATION));
    List<Path> read = new ArrayList<>();
    for (String rule : rules) {
      Path source = mounts.get(FOLDER.resolve(rule));
      if (source == null || !Files.isRegularFile(home.resolve(source))) {
        findings.add("there is nothing at " + FOLDER.resolve(rule));
      } else {
        read.add(source);
      }
    }
    is("the rules", read, List.of(Path.of(ALERTS)));
  }

  /// What is where in the container, by the place there.
  private static Map<Path, Path> mounts(String compose) {
    JsonNode volumes = YamlText.document(compose).at("/services/prometheus/volumes");
    return YamlText.texts(volumes).stream()
        .map(volume -> volume.split(":"))
        .collect(
            Collectors.toMap(
                volume -> Path.of(volume[1]), volume -> Path.of(volume[0]).normalize()));
  }

  private void is(String what, Object found, Object expected) {
    if (!Objects.equals(found, expected)) {
      findings.add("%s: %s, not %s".formatted(what, found, expected));
    }
  }
}
