package io.lockkeeper.gate.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.lockkeeper.events.GateEvent.Problem;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.journal.RunbookFile;
import io.lockkeeper.journal.UnreadableEvent;
import io.lockkeeper.runbook.Runbook;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/// Reads one runbook file: YAML, then the published schema, then what a schema cannot say. Every
/// fault comes with its line.
final class RunbookReader {

  private static final int MOST_FILE_BYTES = 256 * 1024;
  private static final int MOST_RUNBOOK_BYTES = 128 * 1024;

  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

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
      return read(name, Files.readString(file), faults);
    } catch (CharacterCodingException e) {
      faults.add(new RunbookFault(name, 0, "is not UTF-8"));
    } catch (IOException e) {
      faults.add(new RunbookFault(name, 0, "cannot be read: " + e.getMessage()));
    }
    return Optional.empty();
  }

  private Optional<Runbook> read(String name, String text, List<RunbookFault> faults) {
    Map<String, Integer> lines;
    JsonNode file;
    try {
      lines = lines(text);
      file = withoutNothing(YAML.readTree(text));
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
      faults.add(new RunbookFault(name, line, "is not YAML: " + e.getProblem()));
      return Optional.empty();
    } catch (YAMLException e) {
      faults.add(
          new RunbookFault(
              name, 0, "is not YAML: " + PlainText.of(String.valueOf(e.getMessage()))));
      return Optional.empty();
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      faults.add(new RunbookFault(name, line, PlainText.of(e.getOriginalMessage())));
      return Optional.empty();
    } catch (Refused e) {
      faults.add(new RunbookFault(name, e.line, e.reason));
      return Optional.empty();
    }
    List<Problem> problems = new ArrayList<>(schema.problems(file));
    Optional<Runbook> runbook = problems.isEmpty() ? bind(file, problems) : Optional.empty();
    problems.forEach(
        problem ->
            faults.add(new RunbookFault(name, line(lines, problem.pointer()), describe(problem))));
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

  private static String describe(Problem problem) {
    String where =
        problem.pointer().isEmpty() ? "" : problem.pointer().substring(1).replace('/', '.') + ": ";
    return where + problem.detail();
  }

  /// A file that would be read otherwise than it looks.
  private static final class Refused extends RuntimeException {
    private final int line;
    private final String reason;

    Refused(int line, String reason) {
      super(reason, null, false, false);
      this.line = line;
      this.reason = reason;
    }
  }

  /// The line of every node, by JSON pointer.
  private static Map<String, Integer> lines(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setNestingDepthLimit(20);
    Yaml yaml = new Yaml(new SafeConstructor(options));
    for (Event event : yaml.parse(new StringReader(text))) {
      if (event instanceof AliasEvent) {
        throw new Refused(event.getStartMark().getLine() + 1, "aliases are not read: write it out");
      }
    }
    Map<String, Integer> lines = new HashMap<>();
    int documents = 0;
    for (Node document : yaml.composeAll(new StringReader(text))) {
      if (++documents > 1) {
        throw new Refused(document.getStartMark().getLine() + 1, "one file holds one runbook");
      }
      collect(document, "", lines);
    }
    if (documents == 0) {
      throw new Refused(0, "is empty");
    }
    return lines;
  }

  private static void collect(Node node, String pointer, Map<String, Integer> lines) {
    lines.putIfAbsent(pointer, node.getStartMark().getLine() + 1);
    if (node instanceof MappingNode mapping) {
      for (NodeTuple entry : mapping.getValue()) {
        if (entry.getKeyNode() instanceof ScalarNode key) {
          String at = pointer + "/" + key.getValue().replace("~", "~0").replace("/", "~1");
          lines.put(at, key.getStartMark().getLine() + 1);
          collect(entry.getValueNode(), at, lines);
        }
      }
    } else if (node instanceof SequenceNode sequence) {
      for (int i = 0; i < sequence.getValue().size(); i++) {
        collect(sequence.getValue().get(i), pointer + "/" + i, lines);
      }
    }
  }

  /// The line of the nearest node that is there.
  private static int line(Map<String, Integer> lines, String pointer) {
    String at = pointer;
    while (!lines.containsKey(at) && at.contains("/")) {
      at = at.substring(0, at.lastIndexOf('/'));
    }
    return lines.getOrDefault(at, 1);
  }

  /// A section that is named and left empty says nothing.
  private static JsonNode withoutNothing(JsonNode node) {
    if (node instanceof ObjectNode object) {
      List<String> empty = new ArrayList<>();
      object
          .properties()
          .forEach(
              entry -> {
                if (entry.getValue().isNull()) {
                  empty.add(entry.getKey());
                } else {
                  withoutNothing(entry.getValue());
                }
              });
      object.remove(empty);
    } else if (node.isArray()) {
      node.forEach(RunbookReader::withoutNothing);
    }
    return node;
  }
}
