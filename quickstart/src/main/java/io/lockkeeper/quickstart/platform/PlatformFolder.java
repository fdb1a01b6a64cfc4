package io.lockkeeper.quickstart.platform;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/// The temporary folder of a platform for tests, which belongs to one JVM. A JVM that is killed
/// leaves its folder and its database server behind; the next one that makes a folder ends both.
final class PlatformFolder {

  private static final String PREFIX = "lockkeeper-platform-";
  private static final String OWNER = "owner";

  private PlatformFolder() {}

  /// A new folder of this JVM under `parent`, after those of JVMs that are gone were removed.
  static Path create(Path parent) throws IOException {
    removeOrphans(parent);
    Path folder = Files.createTempDirectory(parent, PREFIX);
    Files.writeString(folder.resolve(OWNER), String.valueOf(ProcessHandle.current().pid()));
    return folder;
  }

  /// Removes the folder with everything in it.
  static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static void removeOrphans(Path parent) throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path folder : folders) {
        try {
          if (isOrphan(folder)) {
            PostgresServer.stopLeftOver(folder.resolve("postgres"));
            remove(folder);
          }
        } catch (IOException e) {
          // Another JVM may be removing it too, or it belongs to another user: not our concern.
          System.err.println("Left as it is: " + folder + ": " + e);
        }
      }
    }
  }

  /// A folder without the name of its owner is being made right now. When the number has come to
  /// another Java process, the folder stays: rather one too many than the database of running
  /// tests.
  private static boolean isOrphan(Path folder) throws IOException {
    Path owner = folder.resolve(OWNER);
    if (!Files.exists(owner)) {
      return false;
    }
    String pid = Files.readString(owner).strip();
    return pid.matches("\\d{1,18}")
        && ProcessHandle.of(Long.parseLong(pid)).filter(PlatformFolder::mayBeTests).isEmpty();
  }

  private static boolean mayBeTests(ProcessHandle process) {
    return process
        .info()
        .command()
        .map(command -> Path.of(command).getFileName().toString().startsWith("java"))
        .orElse(true);
  }
}
