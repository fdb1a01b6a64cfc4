package io.lockkeeper.journal;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.lockkeeper.events.EventTypes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The golden files: one example of everything on the wire, as it is written for good. A changed
/// golden file is a breaking change.
final class Golden {

  private static final Path ROOT = root();

  private Golden() {}

  /// The folder of published documents.
  static Path docs() {
    return ROOT.resolve("docs");
  }

  /// The sources of the contract.
  static Path contractSources() {
    return ROOT.resolve("release-events/src/main/java/io/lockkeeper/events");
  }

  /// The folder of golden files.
  static Path contract() {
    return ROOT.resolve("event-journal/src/test/resources/contract");
  }

  /// The golden file of a name on the wire.
  static String text(String name) {
    try {
      return Files.readString(contract().resolve(name + ".json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The golden file of a name on the wire, parsed.
  static JsonNode json(String name) {
    try {
      return EventJson.mapper().readTree(text(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A request that says everything that one can say.
  static JsonNode fullRequest() {
    return json(EventTypes.RELEASE_REQUESTED);
  }

  /// A value in the form of golden files: two blanks, one element per line, a line feed at the end.
  static String pretty(Object value) {
    try {
      return WRITER.writeValueAsString(value) + "\n";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final ObjectWriter WRITER = EventJson.mapper().writer(printer());

  private static DefaultPrettyPrinter printer() {
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
            Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                .withObjectEmptySeparator("")
                .withArrayEmptySeparator(""));
    printer.indentObjectsWith(lines);
    printer.indentArraysWith(lines);
    return printer;
  }

  private static Path root() {
    Path here = Path.of("").toAbsolutePath();
    while (here != null && !Files.exists(here.resolve("release-events"))) {
      here = here.getParent();
    }
    if (here == null) {
      throw new IllegalStateException("run inside the repository");
    }
    return here;
  }
}
