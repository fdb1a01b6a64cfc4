package io.lockkeeper.gate.adapter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The OpenSLO files beside a runbook. They are read when a runbook names the first of them.
final class OpenSloFolder {

  private static final int MOST_FILE_BYTES = 256 * 1024;
  private static final int MOST_FILES = 1_000;
  private static final Pattern API_VERSION =
      Pattern.compile("^(\\{\\s*)?[\"']?apiVersion[\"']?:\\s*[\"']?openslo/", Pattern.MULTILINE);

  private final @Nullable Path folder;
  private @Nullable Map<String, List<OpenSloDocument>> files;

  private OpenSloFolder(@Nullable Path folder) {
    this.folder = folder;
  }

  /// The folder that this file is in.
  static OpenSloFolder around(Path file) {
    return new OpenSloFolder(file.toAbsolutePath().getParent());
  }

  /// Whether this file holds OpenSLO documents.
  static boolean isOpenSlo(Path file) {
    try {
      return Files.size(file) <= MOST_FILE_BYTES
          && API_VERSION.matcher(Files.readString(file, ISO_8859_1)).find();
    } catch (IOException e) {
      return false; // whoever reads it as something else says why it cannot be read
    }
  }

  /// The documents of the file of this name; adds what is wrong to `faults`, `notFound` when there
  /// is no such file.
  List<OpenSloDocument> documents(String name, RunbookFault notFound, List<RunbookFault> faults) {
    List<OpenSloDocument> found = files(faults).get(name);
    if (found == null) {
      faults.add(notFound);
      return List.of();
    }
    return found;
  }

  /// Every document of all files.
  List<OpenSloDocument> all(List<RunbookFault> faults) {
    return files(faults).values().stream().flatMap(List::stream).toList();
  }

  private Map<String, List<OpenSloDocument>> files(List<RunbookFault> faults) {
    Map<String, List<OpenSloDocument>> read = files;
    if (read == null) {
      read = new HashMap<>();
      for (Path file : list(faults)) {
        String name = String.valueOf(file.getFileName());
        read.put(name, read(name, file, faults));
      }
      files = read;
    }
    return read;
  }

  private List<Path> list(List<RunbookFault> faults) {
    if (folder == null) {
      return List.of();
    }
    try (Stream<Path> inside = Files.list(folder)) {
      return inside
          .filter(file -> String.valueOf(file.getFileName()).matches("[^.].*\\.ya?ml"))
          .filter(Files::isRegularFile)
          .filter(OpenSloFolder::isOpenSlo)
          .sorted()
          .limit(MOST_FILES)
          .toList();
    } catch (IOException e) {
      faults.add(new RunbookFault(folder.toString(), 0, "cannot be read: " + e));
      return List.of();
    }
  }

  private static List<OpenSloDocument> read(String name, Path file, List<RunbookFault> faults) {
    List<OpenSloDocument> documents = new ArrayList<>();
    try {
      for (YamlDocument yaml : YamlDocument.all(name, Files.readString(file), faults)) {
        documents.add(new OpenSloDocument(name, yaml, "", Objects.requireNonNull(yaml.value())));
      }
    } catch (CharacterCodingException e) {
      faults.add(new RunbookFault(name, 0, "is not UTF-8"));
    } catch (IOException e) {
      faults.add(new RunbookFault(name, 0, "cannot be read: " + e.getMessage()));
    }
    return documents;
  }
}
