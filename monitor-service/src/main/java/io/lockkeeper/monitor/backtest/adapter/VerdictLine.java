package io.lockkeeper.monitor.backtest.adapter;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.monitor.backtest.Backtest;
import io.lockkeeper.monitor.judge.Evidence;
import java.time.Duration;
import java.time.Instant;

/// What the judge says of a case as one line of JSON, as the benchmark's scorer reads it. M4.
final class VerdictLine {

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
    backtest.judgement().signals().forEach(evidence -> signals.add(signal(evidence)));
    return line;
  }

  private static ObjectNode signal(Evidence evidence) {
    var since = evidence.since();
    var line =
        JsonNodeFactory.instance
            .objectNode()
            .put("signal", evidence.signal().name())
            .put("standing", evidence.standing().name())
            .put("against", evidence.reference().name());
    put(line, "ratio", evidence.ratio());
    put(line, "low", evidence.low());
    put(line, "high", evidence.high());
    put(line, "boundary", evidence.boundary());
    put(line, "evidence", evidence.logEvidence());
    put(line, "threshold", evidence.threshold());
    put(line, "p", evidence.p());
    put(line, "candidateBad", evidence.candidateBad());
    put(line, "candidateTotal", evidence.candidateTotal());
    put(line, "referenceBad", evidence.referenceBad());
    put(line, "referenceTotal", evidence.referenceTotal());
    put(line, "seenFrom", evidence.seenFrom());
    if (since != null) {
      line.put("sinceSeconds", Duration.between(Instant.EPOCH, since).toSeconds());
    }
    return line.put("rule", evidence.rule());
  }

  private static void put(ObjectNode line, String key, double value) {
    if (Double.isFinite(value)) {
      line.put(key, value);
    } else {
      line.putNull(key);
    }
  }
}
