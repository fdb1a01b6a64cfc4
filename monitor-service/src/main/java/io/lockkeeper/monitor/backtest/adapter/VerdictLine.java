package io.lockkeeper.monitor.backtest.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.monitor.backtest.Backtest;
import java.time.Instant;

/// What the judge says of a case as one line of JSON, as the benchmark's scorer reads it. M4.
final class VerdictLine {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private VerdictLine() {}

  /// The verdict: `case`, `verdict`, `atSeconds`, `metric`.
  static ObjectNode of(Backtest backtest) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("case", backtest.name())
        .put("verdict", backtest.verdict())
        .put("atSeconds", backtest.atSeconds())
        .put("metric", backtest.metric());
  }

  /// The verdict and what it rests on: `reason`, and `signals` with estimate, interval, evidence,
  /// counts and rule of each. A number that is not known is `null`.
  static ObjectNode explained(Backtest backtest) {
    var line = of(backtest).put("reason", backtest.judgement().text());
    var signals = line.putArray("signals");
    for (var evidence : backtest.judgement().signals()) {
      signals.add(MAPPER.<JsonNode>valueToTree(SignalReport.of(evidence, Instant.EPOCH)));
    }
    return line;
  }
}
