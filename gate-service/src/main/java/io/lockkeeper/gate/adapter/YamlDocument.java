package io.lockkeeper.gate.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

/// One document of a YAML file.
///
/// @param value without what is named and left empty: it says nothing
/// @param lines the line of every node, by JSON pointer
record YamlDocument(JsonNode value, Map<String, Integer> lines) {

  private static final int DEEPEST = 20;

  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /// The documents of this text; adds what is wrong with it to `faults`.
  ///
  /// @return empty when anything is
  static List<YamlDocument> all(String name, String text, List<RunbookFault> faults) {
    try {
      List<Map<String, Integer>> lines = lines(text);
      List<YamlDocument> documents = new ArrayList<>();
      try (MappingIterator<JsonNode> values = YAML.readerFor(JsonNode.class).readValues(text)) {
        while (values.hasNextValue() && documents.size() < lines.size()) {
          documents.add(
              new YamlDocument(withoutNothing(values.nextValue()), lines.get(documents.size())));
        }
      }
      while (documents.size() < lines.size()) { // a document with nothing in it
        documents.add(new YamlDocument(NullNode.instance, lines.get(documents.size())));
      }
      if (documents.isEmpty()) {
        faults.add(new RunbookFault(name, 0, "is empty"));
      }
      return documents;
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
      faults.add(new RunbookFault(name, line, "is not YAML: " + e.getProblem()));
    } catch (YAMLException e) {
      faults.add(
          new RunbookFault(
              name, 0, "is not YAML: " + PlainText.of(String.valueOf(e.getMessage()))));
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      faults.add(new RunbookFault(name, line, PlainText.of(e.getOriginalMessage())));
    } catch (Refused e) {
      faults.add(new RunbookFault(name, e.line, e.reason));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.of();
  }

  /// The line of the nearest node that is there.
  int line(String pointer) {
    String at = pointer;
    while (!lines.containsKey(at) && at.contains("/")) {
      at = at.substring(0, at.lastIndexOf('/'));
    }
    return lines.getOrDefault(at, 1);
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

  private static List<Map<String, Integer>> lines(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setNestingDepthLimit(DEEPEST);
    Yaml yaml = new Yaml(new SafeConstructor(options));
    for (Event event : yaml.parse(new StringReader(text))) {
      if (event instanceof AliasEvent) {
        throw new Refused(event.getStartMark().getLine() + 1, "aliases are not read: write it out");
      }
    }
    List<Map<String, Integer>> documents = new ArrayList<>();
    for (Node document : yaml.composeAll(new StringReader(text))) {
      Map<String, Integer> lines = new HashMap<>();
      collect(document, "", lines);
      documents.add(lines);
    }
    return documents;
  }

  private static void collect(Node node, String pointer, Map<String, Integer> lines) {
    lines.putIfAbsent(pointer, node.getStartMark().getLine() + 1);
    if (node instanceof MappingNode mapping) {
      for (NodeTuple entry : mapping.getValue()) {
        if (entry.getKeyNode() instanceof ScalarNode key) {
          String at = pointer + "/" + escaped(key.getValue());
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

  /// A name as a part of a JSON pointer.
  static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

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
      node.forEach(YamlDocument::withoutNothing);
    }
    return node;
  }
}
