package io.lockkeeper.monitor.adapter;

import io.lockkeeper.events.Actor;
import io.lockkeeper.events.EventId;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.MonitorEvent.TelemetryFault;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Stage;
import io.lockkeeper.events.Writer;
import io.lockkeeper.journal.Decision;
import io.lockkeeper.journal.EventJournal;
import io.lockkeeper.monitor.Requests;
import io.lockkeeper.monitor.Trouble;
import io.lockkeeper.monitor.budget.Span;
import io.lockkeeper.monitor.judge.Baseline;
import io.lockkeeper.monitor.judge.Sample;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.Runbook;
import io.lockkeeper.runbook.Runbook.Monitoring;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/// A release without the other services: a journal in memory and instances that count what they are
/// told to.
final class Rig implements EventJournal, Telemetry, EventCounts {

  static final Instant START = Instant.parse("2026-11-23T00:00:00Z");

  /// The stage after the first.
  static final Stage NEXT = Stage.traffic(1, 80, Duration.ofSeconds(10), Duration.ofMinutes(5));

  final ReleaseId release = new ReleaseId(UUID.randomUUID().toString());
  private final List<Fact> facts = new CopyOnWriteArrayList<>();
  private long requests = 1_000;
  private long failed;
  private double errors;
  private boolean dark;
  private boolean partial;

  /// Everything that was said.
  List<Fact> facts() {
    return List.copyOf(facts);
  }

  /// What monitoring said, of this kind.
  <T extends MonitorEvent> List<T> told(Class<T> kind) {
    return facts.stream().map(Fact::event).filter(kind::isInstance).map(kind::cast).toList();
  }

  EventId say(ReleaseEvent event) {
    Writer writer =
        switch (event) {
          case MonitorEvent _ -> Writer.MONITOR;
          case RolloutEvent _ -> Writer.ROLLOUT;
          default -> Writer.GATE;
        };
    EventId id = new EventId(UUID.randomUUID());
    facts.add(new Fact(id, writer, release, facts.size() + 1, Instant.now(), null, event));
    return id;
  }

  /// The candidate fails this share from now on.
  void fails(double share) {
    errors = share;
  }

  /// Nobody answers any more, or everybody again.
  void goesDark(boolean now) {
    dark = now;
  }

  /// One of several instances does not answer any more, or again.
  void missesOne(boolean now) {
    partial = now;
  }

  /// A release whose stage of 50 % is applied and bakes 10 s, looked at once a second.
  Rig baking(Duration interval) {
    Stage stage = Stage.traffic(0, 50, Duration.ofSeconds(10), Duration.ofMinutes(5));
    say(
        new GateEvent.ReleaseAccepted(
            Requests.ofShop(), runbook(interval), Digest.of(new byte[0]), Actor.claimed("ci")));
    say(new RolloutEvent.StageStarted(stage, 1, 1, START.plusSeconds(60)));
    say(new RolloutEvent.StageApplied(stage, 1, 1, START.plusSeconds(600)));
    return this;
  }

  @Override
  public synchronized Scrape scrape(GateEvent.ReleaseAccepted accepted) {
    requests += 100;
    failed += Math.round(100 * errors);
    return dark
        ? new Scrape(List.of(), List.of(), List.of(Trouble.of(TelemetryFault.UNAVAILABLE, "dark")))
        : new Scrape(
            List.of(Sample.of("stable").withErrors(requests, 0)),
            List.of(Sample.of("candidate").withErrors(requests, failed)),
            partial ? List.of(Trouble.of(TelemetryFault.UNAVAILABLE, "one is away")) : List.of());
  }

  @Override
  public synchronized Scrape scrapeStable(GateEvent.ReleaseAccepted accepted) {
    Scrape both = scrape(accepted);
    return new Scrape(both.stable(), List.of(), both.troubles());
  }

  @Override
  public Scrape scrapeNothing(GateEvent.ReleaseAccepted accepted) {
    return new Scrape(List.of(), List.of(), List.of());
  }

  @Override
  public Span count(Runbook.Slo slo, Instant until, Duration length) {
    throw new UnsupportedOperationException("the rig's runbook has no objectives");
  }

  @Override
  public List<Baseline.Scrape> history(
      GateEvent.ReleaseAccepted accepted, Duration window, Duration step, Instant until) {
    return List.of();
  }

  @Override
  public List<Fact> record(ReleaseId of, Decision decision) {
    List<Fact> before = facts();
    List<Fact> appended = new ArrayList<>();
    for (ReleaseEvent event : decision.decide(before, Instant.now())) {
      say(event);
      appended.add(facts.getLast());
    }
    return appended;
  }

  @Override
  public List<Fact> history(ReleaseId of) {
    return facts();
  }

  @Override
  public void consume(ConsumerRecord<String, byte[]> record) {
    throw new UnsupportedOperationException("facts are said here");
  }

  @Override
  public Optional<String> stuck(ReleaseId of) {
    return Optional.empty();
  }

  private static Runbook runbook(Duration interval) {
    return runbook(
        new Monitoring(
            interval,
            List.of(URI.create("http://127.0.0.1:1/stable")),
            List.of(URI.create("http://127.0.0.1:1/candidate")),
            List.of(new Runbook.Signal("errors", "requests", Runbook.Signal.Kind.ERRORS, true)),
            Duration.ofMinutes(30),
            null,
            null,
            null,
            null));
  }

  /// A release that is accepted, to be watched like this: version 2.0.0, and 1.9.0 before it.
  static GateEvent.ReleaseAccepted accepted(Monitoring monitoring) {
    return accepted(Requests.ofShop(), monitoring);
  }

  /// A release that is accepted, to be watched like this.
  static GateEvent.ReleaseAccepted accepted(ReleaseRequest request, Monitoring monitoring) {
    return new GateEvent.ReleaseAccepted(
        request, runbook(monitoring), Digest.of(new byte[0]), Actor.claimed("ci"));
  }

  /// Monitoring that asks this Prometheus for these signals, and validates for 3 s.
  static Monitoring asking(URI prometheus, Duration interval, List<Runbook.Signal> signals) {
    return new Monitoring(
        interval,
        null,
        null,
        signals,
        Duration.ofSeconds(3),
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
        null);
  }

  private static Runbook runbook(Monitoring monitoring) {
    return new Runbook(
        "rig",
        null,
        null,
        new Runbook.Rollout(
            null,
            null,
            List.of(new Runbook.StagePlan(50, Duration.ofSeconds(10), Duration.ofMinutes(5))),
            new Runbook.Target("webhook", URI.create("http://127.0.0.1:1")),
            null,
            null,
            null),
        monitoring,
        null,
        null,
        null,
        null);
  }
}
