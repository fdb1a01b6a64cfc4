package io.lockkeeper.gate.adapter;

import io.lockkeeper.runbook.Runbook;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/// The runbooks that requests may name: every `*.yaml` and `*.yml` file in the folder
/// `lockkeeper.runbooks`, but for OpenSLO documents, which are for runbooks to name. The service
/// does not start on a bad one, and says of all of them at once
/// what is wrong where.
@Startup
@Singleton
public class Runbooks {

  private static final Logger LOG = Logger.getLogger(Runbooks.class);

  private static final int MOST_FILES = 1_000;

  private final TreeMap<String, Runbook> byName = new TreeMap<>();

  Runbooks(@ConfigProperty(name = "lockkeeper.runbooks") Path folder) {
    List<RunbookFault> faults = new ArrayList<>();
    RunbookReader reader = new RunbookReader();
    for (Path file : files(folder, faults)) {
      reader.read(file, faults).ifPresent(runbook -> add(runbook, file, faults));
    }
    if (!faults.isEmpty()) {
      throw new Unusable(folder, faults);
    }
    if (byName.isEmpty()) {
      LOG.warnf("there are no runbooks in %s: every request will be refused", folder);
    } else {
      LOG.infof("runbooks: %s", String.join(", ", byName.keySet()));
    }
  }

  /// Some runbooks are not usable.
  static final class Unusable extends RuntimeException {
    Unusable(Path folder, List<RunbookFault> faults) {
      super(
          faults.stream()
              .map(RunbookFault::toString)
              .distinct()
              .collect(
                  Collectors.joining(
                      "\n  ", "the runbooks in " + folder + " are not usable:\n  ", "")));
    }
  }

  /// The runbook of this name.
  Optional<Runbook> named(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /// The names of all runbooks, in order.
  Set<String> names() {
    return byName.keySet();
  }

  private void add(Runbook runbook, Path file, List<RunbookFault> faults) {
    if (byName.putIfAbsent(runbook.name(), runbook) != null) {
      faults.add(
          new RunbookFault(
              String.valueOf(file.getFileName()),
              0,
              "another file holds a runbook named " + runbook.name() + " too"));
    }
  }

  private static List<Path> files(Path folder, List<RunbookFault> faults) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found =
          files
              .filter(Files::isRegularFile)
              .filter(Runbooks::isRunbook)
              .filter(file -> !OpenSloFolder.isOpenSlo(file))
              .sorted()
              .toList();
      if (found.size() <= MOST_FILES) {
        return found;
      }
      faults.add(new RunbookFault(folder.toString(), 0, "has more than " + MOST_FILES + " files"));
    } catch (IOException e) {
      faults.add(
          new RunbookFault(
              folder.toString(), 0, "cannot be read; lockkeeper.runbooks names the folder: " + e));
    }
    return List.of();
  }

  // Names that begin with a dot are how Kubernetes keeps a mounted folder's older states.
  private static boolean isRunbook(Path file) {
    String name = String.valueOf(file.getFileName());
    return !name.startsWith(".") && (name.endsWith(".yaml") || name.endsWith(".yml"));
  }
}
