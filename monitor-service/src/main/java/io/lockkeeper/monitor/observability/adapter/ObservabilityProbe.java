package io.lockkeeper.monitor.observability.adapter;

import io.lockkeeper.events.MonitorEvent.ObservabilityCheck;
import io.lockkeeper.events.MonitorEvent.ObservabilityCheck.Aspect;
import io.lockkeeper.monitor.observability.AlertReview;
import io.lockkeeper.monitor.observability.Transition;
import io.lockkeeper.runbook.Observability;
import io.lockkeeper.runbook.Observability.Alerting;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/// M3: looks once at everything that the runbook asks to confirm. What cannot be asked is not
/// confirmed, and says why; nothing throws. Takes at most half a minute.
@ApplicationScoped
public class ObservabilityProbe {

  private static final int LONGEST_SUBJECT = 200;
  private static final int LONGEST_FINDING = 400;

  private final AllowedCalls calls;

  ObservabilityProbe(AllowedCalls calls) {
    this.calls = calls;
  }

  /// Looks.
  ///
  /// @param mayGoOn whether this replica is still the one that looks; asked before every call
  public List<ObservabilityCheck> look(
      Observability asked, Transition transition, BooleanSupplier mayGoOn)
      throws InterruptedException {
    Attempt attempt = new Attempt(calls, transition, mayGoOn);
    List<ObservabilityCheck> checks = new ArrayList<>();
    if (asked.alerting() != null) {
      checks.addAll(alerting(asked.alerting(), attempt));
    }
    if (asked.dashboards() != null) {
      for (String uid : asked.dashboards().uids()) {
        checks.add(
            check(
                Aspect.DASHBOARD,
                "dashboard " + uid,
                new GrafanaDashboard(attempt, asked.dashboards().grafana(), uid)::annotated));
      }
    }
    for (Observability.Synthetic synthetic : asked.synthetic()) {
      checks.add(
          check(
              Aspect.SYNTHETIC,
              plain(synthetic.url()),
              new SyntheticRequest(attempt, synthetic)::answered));
    }
    return checks.stream().map(ObservabilityProbe::bounded).toList();
  }

  private static List<ObservabilityCheck> alerting(Alerting asked, Attempt attempt)
      throws InterruptedException {
    URI base = asked.prometheus();
    try {
      var rules = RuleReader.rules(attempt.json(base, "/api/v1/rules?type=alert"));
      base = asked.alertmanager();
      var routing = AlertmanagerReader.routing(attempt.json(base, "/api/v2/status"));
      var silences = AlertmanagerReader.silences(attempt.json(base, "/api/v2/silences"));
      return new AlertReview(asked, attempt.transition().request(), routing, rules, silences)
          .checks();
    } catch (IOException e) {
      return List.of(new ObservabilityCheck(Aspect.ALERTING, plain(base), false, describe(e)));
    }
  }

  /// A call that comes to what was found, or fails with why it is not as asked.
  @FunctionalInterface
  private interface Call {
    String found() throws IOException, InterruptedException;
  }

  private static ObservabilityCheck check(Aspect aspect, String subject, Call call)
      throws InterruptedException {
    try {
      return new ObservabilityCheck(aspect, subject, true, call.found());
    } catch (IOException | IllegalArgumentException e) {
      return new ObservabilityCheck(aspect, subject, false, describe(e));
    }
  }

  /// The address without what may be a secret.
  private static String plain(URI uri) {
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    return uri.getScheme() + "://" + uri.getHost() + port + path;
  }

  private static String describe(Exception failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
  }

  private static ObservabilityCheck bounded(ObservabilityCheck check) {
    return new ObservabilityCheck(
        check.aspect(),
        cut(check.subject(), LONGEST_SUBJECT),
        check.confirmed(),
        cut(check.found(), LONGEST_FINDING));
  }

  /// One line, not too long; never half a character.
  private static String cut(String text, int longest) {
    String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
    return line.codePointCount(0, line.length()) <= longest
        ? line
        : line.substring(0, line.offsetByCodePoints(0, longest - 1)) + "…";
  }
}
