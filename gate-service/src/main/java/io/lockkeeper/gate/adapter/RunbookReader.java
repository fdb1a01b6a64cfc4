package io.lockkeeper.gate.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.events.GateEvent.Problem;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.journal.RunbookFile;
import io.lockkeeper.journal.UnreadableEvent;
import io.lockkeeper.runbook.Runbook;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads one runbook file: YAML, then the published schema, then what a schema cannot say. Every
/// fault comes with its line, and those of the OpenSLO files that it names with theirs.
final class RunbookReader {

  private static final int MOST_FILE_BYTES = 256 * 1024;
  private static final int MOST_RUNBOOK_BYTES = 128 * 1024;

  private final JsonSchema schema = JsonSchema.named(JsonSchema.RUNBOOK);

  /// Reads the file; adds what is wrong with it to `faults`.
  ///
  /// @return empty when anything is
  Optional<Runbook> read(Path file, List<RunbookFault> faults) {
    String name = String.valueOf(file.getFileName());
    try {
      if (Files.size(file) > MOST_FILE_BYTES) {
        faults.add(new RunbookFault(name, 0, "is larger than " + MOST_FILE_BYTES + " bytes"));
        return Optional.empty();
      }
      return read(name, Files.readString(file), OpenSloFolder.around(file), faults);
    } catch (CharacterCodingException e) {
      faults.add(new RunbookFault(name, 0, "is not UTF-8"));
    } catch (IOException e) {
      faults.add(new RunbookFault(name, 0, "cannot be read: " + e.getMessage()));
    }
    return Optional.empty();
  }

  private Optional<Runbook> read(
      String name, String text, OpenSloFolder folder, List<RunbookFault> faults) {
    List<YamlDocument> documents = YamlDocument.all(name, text, faults);
    if (documents.size() > 1) {
      faults.add(new RunbookFault(name, documents.get(1).line(""), "one file holds one runbook"));
    }
    if (documents.size() != 1) {
      return Optional.empty();
    }
    YamlDocument document = documents.getFirst();
    List<Problem> problems = new ArrayList<>(schema.problems(document.value()));
    int before = faults.size();
    Optional<Runbook> runbook = Optional.empty();
    if (problems.isEmpty()) {
      JsonNode resolved = BudgetsSection.resolve(name, document, folder, faults);
      runbook = faults.size() == before ? bind(resolved, problems) : Optional.empty();
    }
    problems.forEach(
        problem ->
            faults.add(
                new RunbookFault(name, document.line(problem.pointer()), describe(problem))));
    return problems.isEmpty() ? runbook : Optional.empty();
  }

  private static Optional<Runbook> bind(JsonNode file, List<Problem> problems) {
    try {
      Runbook runbook = RunbookFile.read(file);
      problems.addAll(RunbookRules.problems(runbook));
      if (EventJson.mapper().writeValueAsBytes(runbook).length > MOST_RUNBOOK_BYTES) {
        problems.add(
            new Problem("", "is larger than " + MOST_RUNBOOK_BYTES + " bytes when resolved"));
      }
      return Optional.of(runbook);
    } catch (UnreadableEvent e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      problems.add(new Problem("", PlainText.of(String.valueOf(cause.getMessage()))));
    } catch (ArithmeticException e) {
      problems.add(new Problem("", "has a duration that is too long to reckon with"));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    return Optional.empty();
  }

  /// A problem in words, with the place where it is.
  private static String describe(Problem problem) {
    String where =
        problem.pointer().isEmpty() ? "" : problem.pointer().substring(1).replace('/', '.') + ": ";
    return where + problem.detail();
  }
}
