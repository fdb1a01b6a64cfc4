package io.lockkeeper.quickstart.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// A file that grows by one JSON value per line and is safe on disk before [#append] returns.
/// A line that a crash cut short is removed when the file is opened: its caller was never told that
/// it had been written. Thread-safe within one process; one process per file.
public final class JsonLines implements AutoCloseable {

  private final Path path;
  private final FileChannel channel;

  private JsonLines(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /// Opens the file, and makes it and its folder when they are missing.
  public static JsonLines open(Path path) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    if (Files.exists(path)) {
      removeTornLine(path);
    }
    return new JsonLines(
        path,
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
  }

  /// Appends the value as one line and waits until the disk has it.
  public synchronized void append(Object value) throws IOException {
    ByteBuffer line = ByteBuffer.wrap((Json.text(value) + "\n").getBytes(UTF_8));
    while (line.hasRemaining()) {
      channel.write(line);
    }
    channel.force(false);
  }

  /// Every line, oldest first. Meant for files of at most some ten thousand lines.
  public synchronized List<JsonNode> lines() throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(path)) {
      lines.add(Json.tree(line.getBytes(UTF_8)));
    }
    return lines;
  }

  @Override
  public synchronized void close() throws IOException {
    channel.close();
  }

  private static void removeTornLine(Path path) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      long end = file.length();
      while (end > 0) {
        file.seek(end - 1);
        if (file.read() == '\n') {
          break;
        }
        end--;
      }
      file.setLength(end);
    }
  }
}
