package io.lockkeeper.quickstart.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// Archives of the classes that a program has loaded, with which it starts in half the time. The
/// JVM writes one when a program that was started with [#making] ends.
///
/// An archive's name carries the build that it was made of, since the JVM uses none whose jars are
/// others and does not replace it either.
final class ClassArchives {

  private final Path folder;
  private final boolean making;
  /// Those that this run has asked to be written.
  private final Set<Path> asked = ConcurrentHashMap.newKeySet();

  private ClassArchives(Path folder, boolean making) {
    this.folder = folder;
    this.making = making;
  }

  /// Those that are there are used.
  static ClassArchives using(Path folder) {
    return new ClassArchives(folder, false);
  }

  /// Those that are there are used, the others are written when their program ends.
  static ClassArchives making(Path folder) {
    return new ClassArchives(folder, true);
  }

  boolean isMaking() {
    return making;
  }

  /// The JVM's options for a program.
  ///
  /// @param program its name, for which one archive is kept
  /// @param jars    jars and folders of jars: everything that its classes are loaded from
  List<String> options(String program, Path... jars) throws IOException {
    Path archive = folder.resolve(program + "-" + build(jars) + ".aot");
    if (Files.exists(archive)) {
      return List.of("-XX:AOTCache=" + archive, "-Xlog:cds=off", "-Xlog:aot=off");
    }
    if (!making) {
      return List.of();
    }
    Files.createDirectories(folder);
    deleteOthers(program);
    asked.add(archive);
    return List.of("-XX:AOTCacheOutput=" + archive, "-Xlog:cds=off", "-Xlog:aot=off");
  }

  /// Deletes what this run has had written: programs that ended before they were ready have loaded
  /// but a part, and would be slow to start for good. To be called when they have ended.
  void discard() throws IOException {
    for (Path archive : asked) {
      Files.deleteIfExists(archive);
    }
  }

  /// Another one for another JDK, another place, and other jars by name, size or time: what the JVM
  /// compares.
  private static String build(Path... jars) throws IOException {
    StringBuilder what = new StringBuilder(System.getProperty("java.vm.version"));
    for (Path place : jars) {
      try (Stream<Path> files = Files.walk(place)) {
        for (Path jar : files.filter(it -> it.toString().endsWith(".jar")).sorted().toList()) {
          what.append('\n')
              .append(jar)
              .append(' ')
              .append(Files.size(jar))
              .append(' ')
              .append(Files.getLastModifiedTime(jar));
        }
      }
    }
    return UUID.nameUUIDFromBytes(what.toString().getBytes(StandardCharsets.UTF_8)).toString();
  }

  private void deleteOthers(String program) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path old :
          files.filter(it -> it.getFileName().toString().startsWith(program + "-")).toList()) {
        Files.delete(old);
      }
    }
  }
}
