package io.lockkeeper.monitor.shop;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.GateEvent.ReleaseAccepted;
import io.lockkeeper.monitor.ReleaseJudge;
import io.lockkeeper.monitor.Requests;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Runbook.Signal;
import io.lockkeeper.runbook.Runbook.Signal.Kind;
import io.lockkeeper.runbook.Runbook.StagePlan;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/// The runbook of the releases: the stages of the demo's, long enough for durations to be judged,
/// with every signal critical that the shop has.
final class ShopRunbook {

  static final List<StagePlan> STAGES = List.of(stage(10, 120), stage(50, 120), stage(100, 60));

  /// What monitor-service asks of a baseline.
  static final int LEAST_BASELINE = 50;

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private ShopRunbook() {}

  static Runbook of(URI stable, URI candidate, boolean rateCounts) {
    return of(
        new Runbook.Monitoring(
            INTERVAL,
            List.of(stable),
            List.of(candidate),
            List.of(
                new Signal("errors", "http_requests", Kind.ERRORS, true),
                new Signal("duration", "http_request_duration_seconds", Kind.DURATION, true),
                new Signal("rate", "http_requests", Kind.RATE, rateCounts),
                new Signal("cpu", "process_cpu_seconds", Kind.CPU, true),
                new Signal("memory", "process_resident_memory_bytes", Kind.MEMORY, true),
                new Signal("orders", "orders", Kind.KPI, true),
                new Signal("basket", "order_euros", Kind.VALUE, true),
                new Signal(
                    "connections",
                    "shop_connections_in_use",
                    Kind.SATURATION,
                    true,
                    null,
                    null,
                    "shop_connections_max",
                    null,
                    null,
                    Signal.Absence.HOLD)),
            Duration.ofSeconds(1),
            null,
            null,
            null,
            null));
  }

  /// The numbers of both versions are the Prometheus's that scrapes them. Errors decide; what takes
  /// a minute to be judged, or what errors bring with them, is looked at and decides nothing.
  static Runbook of(URI prometheus) {
    return of(
        new Runbook.Monitoring(
            INTERVAL,
            null,
            null,
            List.of(
                new Signal("errors", "http_requests", Kind.ERRORS, true),
                new Signal("duration", "http_request_duration_seconds", Kind.DURATION, false),
                new Signal("rate", "http_requests", Kind.RATE, false),
                new Signal("cpu", "process_cpu_seconds", Kind.CPU, false),
                new Signal("memory", "process_resident_memory_bytes", Kind.MEMORY, false),
                new Signal("orders", "orders", Kind.KPI, false)),
            Duration.ofSeconds(1),
            null,
            null,
            null,
            null,
            List.of(
                new Runbook.MetricSource(
                    "main",
                    Runbook.MetricSource.Kind.PROMETHEUS,
                    prometheus,
                    "job=\"shop\"",
                    null,
                    null,
                    null)),
            null,
            null,
            null));
  }

  private static Runbook of(Runbook.Monitoring monitoring) {
    return new Runbook(
        "shop",
        List.of(),
        Runbook.Gates.STANDARD,
        new Runbook.Rollout(
            List.of(),
            null,
            STAGES,
            new Runbook.Target("webhook", URI.create("http://127.0.0.1:9000")),
            null,
            null,
            null),
        monitoring,
        Runbook.Rollback.STANDARD,
        Runbook.Communication.STANDARD,
        Runbook.PostDeployment.STANDARD,
        new Runbook.Relaxed("a benchmark"));
  }

  /// A release by this runbook.
  static ReleaseAccepted accepted(Runbook runbook) {
    return new ReleaseAccepted(
        Requests.ofShop(), runbook, Digest.of(new byte[0]), Actor.claimed("ci"));
  }

  static Baseline baseline(Runbook runbook, List<Baseline.Scrape> scrapes) {
    return Baseline.of(scrapes, ReleaseJudge.judged(runbook.monitoring().signals()));
  }

  private static StagePlan stage(int weight, int seconds) {
    return new StagePlan(weight, Duration.ofSeconds(seconds), Duration.ofSeconds(seconds));
  }
}
