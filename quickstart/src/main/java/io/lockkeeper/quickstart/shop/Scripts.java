package io.lockkeeper.quickstart.shop;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// The rollback scripts that an operator put into one folder; no other program is ever run. Runbook
/// R2.
final class Scripts {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path folder;

  Scripts(Path folder) {
    this.folder = folder;
  }

  /// Runs the script of this name, for 60 s at most; what it says goes to a file beside it.
  ///
  /// Throws [IOException] when there is none, or it does not end well in time.
  void run(String name) throws IOException, InterruptedException {
    Path script = folder.resolve(Effect.fileName(name));
    if (!Files.isExecutable(script)) {
      throw new IOException("There is no script " + name);
    }
    Process process =
        new ProcessBuilder(script.toString())
            .redirectErrorStream(true)
            .redirectOutput(
                Redirect.appendTo(folder.resolve(script.getFileName() + ".log").toFile()))
            .start();
    try {
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new IOException(name + " does not end within " + LIMIT.toSeconds() + " s");
      }
      if (process.exitValue() != 0) {
        throw new IOException(name + " ended with " + process.exitValue());
      }
    } finally {
      process.destroyForcibly();
    }
  }
}
