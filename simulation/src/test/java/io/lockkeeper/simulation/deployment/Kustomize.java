package io.lockkeeper.simulation.deployment;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What kubectl itself makes of a folder: what would be applied.
final class Kustomize {

  /// Older ones know no `patches` with a path.
  private static final int OLDEST = 4;

  private static final Pattern NUMBER = Pattern.compile("\\d+");

  private Kustomize() {}

  /// What `kubectl kustomize` prints for this folder. Where no kubectl can, the test is skipped.
  static String output(Path folder, Path work) throws IOException, InterruptedException {
    assumeTrue(isThere(), "there is no kubectl on the PATH");
    String kubectl = run(work, "kubectl", "version", "--client", "--output=json");
    int version = version(new ObjectMapper().readTree(kubectl));
    assumeTrue(
        version >= OLDEST, "kubectl has kustomize %d, older than %d".formatted(version, OLDEST));
    return run(work, "kubectl", "kustomize", folder.toString());
  }

  private static boolean isThere() {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "kubectl")));
  }

  /// Which kustomize a kubectl has, by what it says of its version. Before 1.24 it does not tell:
  /// up
  /// to 1.20 it is 2, then 4.
  static int version(JsonNode kubectl) {
    Matcher kustomize = NUMBER.matcher(kubectl.path("kustomizeVersion").asText());
    if (kustomize.find()) {
      return Integer.parseInt(kustomize.group());
    }
    // A packager may have put a plus behind it.
    Matcher minor = NUMBER.matcher(kubectl.at("/clientVersion/minor").asText());
    return minor.find() && Integer.parseInt(minor.group()) > 20 ? 4 : 2;
  }

  private static String run(Path work, String... command) throws IOException, InterruptedException {
    Path output = work.resolve("output");
    Path said = work.resolve("said");
    int code =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(said.toFile())
            .start()
            .waitFor();
    if (code != 0) {
      throw new IOException(
          "%s ended with %d: %s".formatted(List.of(command), code, Files.readString(said)));
    }
    return Files.readString(output);
  }
}
