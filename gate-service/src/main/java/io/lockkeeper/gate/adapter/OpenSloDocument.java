package io.lockkeeper.gate.adapter;

import com.fasterxml.jackson.databind.JsonNode;

/// One OpenSLO document, in a file of its own or within a runbook.
///
/// @param file    the name of the file
/// @param yaml    the document of that file that holds it
/// @param pointer where in it; empty when it is the whole
record OpenSloDocument(String file, YamlDocument yaml, String pointer, JsonNode value) {

  /// Its kind; empty when it names none.
  String kind() {
    return value.path("kind").asText();
  }

  /// Its name; empty when it has none.
  String name() {
    return value.at("/metadata/name").asText();
  }

  /// What is wrong with it at this place, a JSON pointer within it.
  RunbookFault fault(String at, String reason) {
    String place = at.isEmpty() ? "" : at.substring(1).replace('/', '.') + ": ";
    return new RunbookFault(file, yaml.line(pointer + at), PlainText.of(place + reason));
  }
}
