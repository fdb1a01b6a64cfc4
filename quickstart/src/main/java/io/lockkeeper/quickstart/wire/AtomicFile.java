package io.lockkeeper.quickstart.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// A small file that is replaced as a whole: a reader, also one after a crash, finds either the old
/// or the new content, never a mixture. One writer at a time.
public final class AtomicFile {

  private final Path path;

  /// The file at `path`; its folder must exist before the first write.
  public AtomicFile(Path path) {
    this.path = path;
  }

  /// The content, or empty when it was never written.
  public Optional<byte[]> read() throws IOException {
    return Files.exists(path) ? Optional.of(Files.readAllBytes(path)) : Optional.empty();
  }

  /// Replaces the content; on disk when this returns.
  public void write(byte[] content) throws IOException {
    Path next = path.resolveSibling(path.getFileName() + ".next");
    try (FileChannel channel =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
