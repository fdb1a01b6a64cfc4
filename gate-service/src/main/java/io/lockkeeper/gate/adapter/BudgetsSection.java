package io.lockkeeper.gate.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.journal.EventJson;
import io.lockkeeper.runbook.Runbook.Slo;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// G2, D4: the objectives that a runbook names, put in the place of the documents that describe
/// them.
final class BudgetsSection {

  private static final String SLOS = "/monitoring/budgets/slos";
  private static final int MOST_SLOS = 50;

  private BudgetsSection() {}

  /// The runbook file as it is with its objectives resolved; adds what is wrong with them to
  /// `faults`.
  ///
  /// @param file   the name of the runbook's file
  /// @param folder where the files are that it names
  static JsonNode resolve(
      String file, YamlDocument runbook, OpenSloFolder folder, List<RunbookFault> faults) {
    JsonNode named = runbook.value().at(SLOS);
    if (named.isEmpty()) {
      return runbook.value();
    }
    List<OpenSloDocument> documents = new ArrayList<>();
    for (int i = 0; i < named.size(); i++) {
      String at = SLOS + "/" + i;
      if (named.get(i).isObject()) {
        documents.add(new OpenSloDocument(file, runbook, at, named.get(i)));
      } else {
        RunbookFault notFound =
            new RunbookFault(
                file,
                runbook.line(at),
                "monitoring.budgets.slos.%d: %s is not an OpenSLO file beside the runbook"
                    .formatted(i, named.get(i).asText()));
        documents.addAll(folder.documents(named.get(i).asText(), notFound, faults));
      }
    }
    OpenSloReader reader = new OpenSloReader(documents, folder, source(runbook.value()), faults);
    List<Slo> slos = reader.slos();
    unique(slos, file, runbook, faults);
    ObjectNode resolved = runbook.value().deepCopy();
    ArrayNode written = EventJson.mapper().valueToTree(slos);
    ((ObjectNode) resolved.at("/monitoring/budgets")).set("slos", written);
    return resolved;
  }

  private static void unique(
      List<Slo> slos, String file, YamlDocument runbook, List<RunbookFault> faults) {
    Set<String> names = new HashSet<>();
    for (Slo slo : slos) {
      if (!names.add(slo.name())) {
        faults.add(
            new RunbookFault(
                file,
                runbook.line(SLOS),
                "monitoring.budgets.slos: there are two objectives named " + slo.name()));
      }
    }
    if (slos.size() > MOST_SLOS) {
      faults.add(
          new RunbookFault(
              file,
              runbook.line(SLOS),
              "monitoring.budgets.slos: holds more than " + MOST_SLOS + " objectives"));
    }
  }

  private static @Nullable URI source(JsonNode runbook) {
    JsonNode prometheus = runbook.at("/monitoring/budgets/prometheus");
    return prometheus.isTextual() ? URI.create(prometheus.asText()) : null;
  }
}
