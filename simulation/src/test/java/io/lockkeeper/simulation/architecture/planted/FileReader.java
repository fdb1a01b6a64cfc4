package io.lockkeeper.simulation.architecture.planted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A decision that does I/O.
final class FileReader {

  private FileReader() {}

  static String read() throws IOException {
    return Files.readString(Path.of("policy"));
  }
}
