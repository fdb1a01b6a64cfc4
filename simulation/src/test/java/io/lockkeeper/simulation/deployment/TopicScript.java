package io.lockkeeper.simulation.deployment;

import io.lockkeeper.quickstart.platform.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.NewTopic;

/// The script that creates the topics, run with a stand-in for Kafka's own tool that writes down
/// what it is asked.
final class TopicScript {

  private static final String STAND_IN =
      """
      #!/usr/bin/env bash
      printf '%s\\n' "$*" >>"$ASKED"
      case " $* " in *' --describe '*) echo "Topic: any PartitionCount: $PARTITION_COUNT" ;; esac
      """;

  /// What deployments say for themselves, and Topics therefore does not.
  private static final String IN_SYNC = "min.insync.replicas";

  private TopicScript() {}

  /// In what the script differs from [Topics].
  static List<String> findings(Path work, String script) throws IOException, InterruptedException {
    Map<String, Map<String, String>> wanted = new TreeMap<>();
    for (NewTopic topic : Topics.wanted()) {
      Map<String, String> settings = new TreeMap<>(topic.configs());
      settings.put("partitions", String.valueOf(topic.numPartitions()));
      settings.put("replication-factor", "3");
      settings.put(IN_SYNC, "2");
      wanted.put(topic.name(), settings);
    }
    Run run = run(work, script, Topics.PARTITIONS);
    List<String> findings = new ArrayList<>();
    if (run.code() != 0) {
      findings.add("the script ended with " + run.code());
    }
    Map<String, Map<String, String>> made = made(run.asked());
    Set<String> names = new TreeSet<>(wanted.keySet());
    names.addAll(made.keySet());
    for (String name : names) {
      if (!wanted.getOrDefault(name, Map.of()).equals(made.getOrDefault(name, Map.of()))) {
        findings.add(
            "topic %s is made with %s, not with %s"
                .formatted(name, made.get(name), wanted.get(name)));
      }
    }
    return findings;
  }

  /// How a run ended, and what Kafka's tool was asked.
  record Run(int code, List<String> asked) {}

  /// Runs it against a Kafka whose topics have so many partitions.
  static Run run(Path work, String script, int partitions)
      throws IOException, InterruptedException {
    Path file = Files.writeString(work.resolve("create-topics.sh"), script);
    Path tool = Files.writeString(work.resolve("stand-in"), STAND_IN);
    Path asked = Files.writeString(work.resolve("asked"), "");
    if (!tool.toFile().setExecutable(true)) {
      throw new IOException(tool + " cannot be made executable");
    }
    ProcessBuilder builder = new ProcessBuilder("bash", file.toString());
    builder
        .environment()
        .putAll(
            Map.of(
                "KAFKA_TOPICS",
                tool.toString(),
                "ASKED",
                asked.toString(),
                "PARTITION_COUNT",
                String.valueOf(partitions),
                "KAFKA_BOOTSTRAP_SERVERS",
                "kafka:9092",
                "REPLICATION_FACTOR",
                "3",
                "MIN_INSYNC_REPLICAS",
                "2"));
    builder.redirectErrorStream(true).redirectOutput(work.resolve("said").toFile());
    int code = builder.start().waitFor();
    return new Run(code, Files.readAllLines(asked));
  }

  private static Map<String, Map<String, String>> made(List<String> asked) {
    return asked.stream()
        .map(line -> List.of(line.split(" ")))
        .filter(words -> words.contains("--create") && words.contains("--if-not-exists"))
        .collect(
            Collectors.toMap(
                words -> after(words, "--topic"), TopicScript::settings, (one, other) -> other));
  }

  private static Map<String, String> settings(List<String> words) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("partitions", after(words, "--partitions"));
    settings.put("replication-factor", after(words, "--replication-factor"));
    for (int i = 1; i < words.size(); i++) {
      if (words.get(i - 1).equals("--config")) {
        String[] pair = words.get(i).split("=", 2);
        settings.put(pair[0], pair[1]);
      }
    }
    return settings;
  }

  private static String after(List<String> words, String option) {
    int at = words.indexOf(option);
    return at < 0 ? "" : words.get(at + 1);
  }
}
