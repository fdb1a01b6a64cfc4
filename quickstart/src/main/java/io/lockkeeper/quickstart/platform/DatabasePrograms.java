package io.lockkeeper.quickstart.platform;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;

/// The unpacked programs of the embedded database. The launcher unpacks them at their first use and
/// cannot go on where it was interrupted: what an ended process left unfinished has to go first.
final class DatabasePrograms {

  // Names that the launcher gives: the folder of a version, the mark of a complete one, and the
  // file that is locked by whoever unpacks.
  private static final String VERSIONS = "PG-*";
  private static final String COMPLETE = ".exists";
  private static final String LOCK = "epg-lock";

  private DatabasePrograms() {}

  /// Empties every version's folder in `programs` that is neither complete nor being unpacked.
  static void discardUnfinished(Path programs) throws IOException {
    if (!Files.isDirectory(programs)) {
      return;
    }
    try (DirectoryStream<Path> versions = Files.newDirectoryStream(programs, VERSIONS)) {
      for (Path version : versions) {
        if (!Files.exists(version.resolve(COMPLETE))) {
          emptyUnlessLocked(version);
        }
      }
    }
  }

  private static void emptyUnlessLocked(Path version) throws IOException {
    try (FileChannel channel =
            FileChannel.open(
                version.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null && !Files.exists(version.resolve(COMPLETE))) {
        empty(version);
      }
    } catch (OverlappingFileLockException e) {
      // This very process unpacks it at the moment.
    }
  }

  private static void empty(Path version) throws IOException {
    try (Stream<Path> files = Files.walk(version)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(version) && !file.equals(version.resolve(LOCK))) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
