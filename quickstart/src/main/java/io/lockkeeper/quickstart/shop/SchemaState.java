package io.lockkeeper.quickstart.shop;

import io.lockkeeper.quickstart.wire.AtomicFile;
import io.lockkeeper.quickstart.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The demo's stand-in for a database schema, real enough to be run, undone, backed up, restored
/// and found damaged: a file that lists the infrastructure steps in force, and its own SHA-256.
///
/// Every method is safe to repeat. Not thread-safe: its target holds a lock.
final class SchemaState {

  /// One step that was run.
  record Step(String step, String release, Instant at) {}

  /// The content of the file. `reverted` lists what was undone, oldest first, the newest 100.
  record Content(List<Step> applied, List<Step> reverted) {
    Content {
      applied = List.copyOf(applied);
      reverted = List.copyOf(reverted);
    }
  }

  /// A copy of the content, and the release before whose first step it was taken.
  record Backup(String name, String release, Instant at, Content content) {}

  private record Sealed(Content content, String sha256) {
    static Sealed of(Content content) {
      return new Sealed(content, Json.sha256(Json.bytes(content)));
    }
  }

  private static final int MAX_APPLIED = 10_000;
  private static final int MAX_REVERTED = 100;

  private final Path folder;
  private final AtomicFile file;

  private SchemaState(Path folder) {
    this.folder = folder;
    this.file = new AtomicFile(folder.resolve("schema.json"));
  }

  /// The schema kept in `folder`; an empty one is written when there is none.
  static SchemaState in(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("backups"));
    SchemaState schema = new SchemaState(folder);
    if (schema.file.read().isEmpty()) {
      schema.write(new Content(List.of(), List.of()));
    }
    return schema;
  }

  /// Runs the step, after a backup under the step's name and under each of `backups`. What a
  /// release
  /// has backed up once is not overwritten by its later steps or repeats.
  void run(String step, String release, List<String> backups, Instant at) throws IOException {
    Content content = content();
    backUp(step, release, content, at);
    for (String name : backups) {
      backUp(name, release, content, at);
    }
    if (content.applied().stream().anyMatch(applied -> applied.step().equals(step))) {
      return;
    }
    if (content.applied().size() >= MAX_APPLIED) {
      throw new IOException("More than " + MAX_APPLIED + " steps");
    }
    List<Step> applied = new ArrayList<>(content.applied());
    applied.add(new Step(step, release, at));
    write(new Content(applied, content.reverted()));
  }

  /// Undoes the step. A step that is not in force needs no undoing.
  void revert(String step, String release, Instant at) throws IOException {
    Content content = content();
    List<Step> applied =
        content.applied().stream().filter(one -> !one.step().equals(step)).toList();
    if (applied.size() == content.applied().size()) {
      return;
    }
    List<Step> reverted = new ArrayList<>(content.reverted());
    reverted.add(new Step(step, release, at));
    write(
        new Content(
            applied,
            reverted.subList(Math.max(0, reverted.size() - MAX_REVERTED), reverted.size())));
  }

  /// Puts the named backup back. Throws [IOException] when there is none.
  void restore(String name) throws IOException {
    Optional<Backup> backup = backup(name);
    if (backup.isEmpty()) {
      throw new IOException("There is no backup named " + name);
    }
    write(backup.get().content());
  }

  /// Whether the file is readable and is what was last written, by its digest.
  boolean isIntact() throws IOException {
    try {
      Sealed found = sealed();
      return found.equals(Sealed.of(found.content()));
    } catch (Json.Malformed e) {
      return false;
    }
  }

  /// What is in force. Throws [IOException] when the file is damaged.
  Content content() throws IOException {
    return sealed().content();
  }

  private Sealed sealed() throws IOException {
    return Json.read(
        file.read().orElseThrow(() -> new IOException("schema.json is gone")), Sealed.class);
  }

  private void backUp(String name, String release, Content content, Instant at) throws IOException {
    if (backup(name).filter(old -> old.release().equals(release)).isEmpty()) {
      backupFile(name).write(Json.bytes(new Backup(name, release, at, content)));
    }
  }

  private Optional<Backup> backup(String name) throws IOException {
    Optional<byte[]> bytes = backupFile(name).read();
    return bytes.isEmpty() ? Optional.empty() : Optional.of(Json.read(bytes.get(), Backup.class));
  }

  private AtomicFile backupFile(String name) {
    return new AtomicFile(
        folder.resolve("backups").resolve("backup-" + Effect.fileName(name) + ".json"));
  }

  private void write(Content content) throws IOException {
    file.write(Json.bytes(Sealed.of(content)));
  }
}
