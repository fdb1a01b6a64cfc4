package io.lockkeeper.journal;

import io.lockkeeper.events.AuditEvent;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.Fact;
import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.MonitorEvent;
import io.lockkeeper.events.NotificationEvent;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.RolloutEvent;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.events.Writer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// One release's facts while a transaction works on them: what stood there when it began, and what
/// it adds.
final class JournalPage {

  private static final Logger LOG = Logger.getLogger(JournalPage.class);

  // A foreign clock further ahead than this is not followed.
  private static final Duration SKEW = Duration.ofSeconds(5);

  /// A page as a transaction left it.
  ///
  /// @param facts oldest first
  /// @param unreadable which fact cannot be read, in words
  /// @param seen the offset of the last fact that was consumed; null when none was
  /// @param newest the time of our last fact; null when there is none
  /// @param newestForeign the latest time of the others' facts; null when there is none
  /// @param ownSequence the sequence of our last fact; 0 when there is none
  record Snapshot(
      List<Fact> facts,
      Optional<String> unreadable,
      @Nullable Long seen,
      @Nullable Instant newest,
      @Nullable Instant newestForeign,
      int ownSequence) {}

  private final Connection connection;
  private final JournalOwner owner;
  private final ReleaseId release;
  private final List<Fact> facts = new ArrayList<>();
  private Optional<String> unreadable = Optional.empty();
  private @Nullable Long seen;
  private @Nullable Instant newest;
  private @Nullable Instant newestForeign;
  private int ownSequence;
  private long position;

  private JournalPage(Connection connection, JournalOwner owner, ReleaseId release) {
    this.connection = connection;
    this.owner = owner;
    this.release = release;
  }

  /// The page of this release as the database shows it now.
  static JournalPage open(Connection connection, JournalOwner owner, ReleaseId release)
      throws SQLException {
    JournalPage page = new JournalPage(connection, owner, release);
    page.addAll(JournalTables.entries(connection, release, 1));
    return page;
  }

  /// The same, reading only what came after an earlier page of this release. When the table does
  /// not hold that page's last fact at its place, all of it is read.
  static JournalPage open(
      Connection connection, JournalOwner owner, ReleaseId release, Optional<Snapshot> earlier)
      throws SQLException {
    if (earlier.isEmpty() || earlier.get().facts().isEmpty()) {
      return open(connection, owner, release);
    }
    Snapshot known = earlier.get();
    List<JournalTables.Entry> entries =
        JournalTables.entries(connection, release, known.facts().size());
    if (entries.isEmpty()
        || !entries.getFirst().envelope().id().equals(known.facts().getLast().id().value())) {
      return open(connection, owner, release);
    }
    JournalPage page = new JournalPage(connection, owner, release);
    page.facts.addAll(known.facts());
    page.unreadable = known.unreadable();
    page.seen = known.seen();
    page.newest = known.newest();
    page.newestForeign = known.newestForeign();
    page.ownSequence = known.ownSequence();
    page.addAll(entries.subList(1, entries.size()));
    return page;
  }

  private void addAll(List<JournalTables.Entry> entries) {
    for (JournalTables.Entry entry : entries) {
      add(entry.envelope(), entry.data(), entry.offset());
    }
  }

  /// The page as it is now, to be kept once the transaction is committed.
  Snapshot snapshot() {
    return new Snapshot(List.copyOf(facts), unreadable, seen, newest, newestForeign, ownSequence);
  }

  /// Everything on the page, oldest first.
  List<Fact> facts() {
    return Collections.unmodifiableList(facts);
  }

  /// Which fact on the page cannot be read, in words.
  Optional<String> unreadable() {
    return unreadable;
  }

  /// The position of the last fact that this transaction appended; 0 when it appended none.
  long position() {
    return position;
  }

  /// Whether this fact is its writer's next one about the release.
  boolean follows(Envelope envelope) {
    int last =
        facts.stream()
            .filter(fact -> fact.writer() == envelope.writer())
            .mapToInt(Fact::sequence)
            .max()
            .orElse(0);
    return envelope.sequence() == last + 1;
  }

  /// Appends a consumed fact.
  ///
  /// @return the fact as it is read here; empty when it is here already
  Optional<Fact> append(Envelope envelope, ConsumerRecord<String, byte[]> record)
      throws SQLException {
    byte[] data = record.value() == null ? new byte[0] : record.value();
    OptionalLong appended =
        JournalTables.appendConsumed(
            connection, envelope, revision(), record.partition(), record.offset(), data);
    if (appended.isEmpty()) {
      return Optional.empty();
    }
    position = appended.getAsLong();
    return Optional.of(add(envelope, data, record.offset()));
  }

  /// Appends facts of our own, to be published.
  ///
  /// @param cause the fact that led to them
  /// @throws FactTooLarge when one is; nothing of this transaction may then be committed
  List<Fact> append(List<? extends ReleaseEvent> events, @Nullable UUID cause, Instant now)
      throws SQLException {
    List<Fact> appended = new ArrayList<>();
    for (ReleaseEvent event : events) {
      appended.add(append(event, cause, now));
    }
    return appended;
  }

  private Fact append(ReleaseEvent event, @Nullable UUID cause, Instant now) throws SQLException {
    Writer group = groupOf(event);
    if (group != owner.writer()) {
      throw new IllegalArgumentException(
          owner.writer() + " does not write " + EventTypes.nameOf(event));
    }
    String type = EventTypes.nameOf(event);
    byte[] data = EventJson.write(event);
    if (data.length > JournalLimits.FACT_BYTES) {
      throw new FactTooLarge(type, data.length);
    }
    Instant time = timeOfNext(now);
    Envelope envelope =
        new Envelope(
            TimeOrderedId.at(time), group, release, ownSequence + 1, time, cause, seen, type);
    position = JournalTables.appendOwn(connection, envelope, revision(), data);
    return add(envelope, data, null);
  }

  // Later than everything known, so that the order of time agrees with cause; but a foreign clock
  // that is far ahead is not followed.
  private Instant timeOfNext(Instant now) {
    Instant time = now.truncatedTo(ChronoUnit.MICROS);
    if (newestForeign != null && !newestForeign.isAfter(now.plus(SKEW))) {
      time = later(time, newestForeign.plus(1, ChronoUnit.MICROS));
    }
    return newest == null ? time : later(time, newest.plus(1, ChronoUnit.MICROS));
  }

  private int revision() {
    return facts.size() + 1;
  }

  private Fact add(Envelope envelope, byte[] data, @Nullable Long offset) {
    Fact fact = envelope.fact(read(envelope, data));
    facts.add(fact);
    if (offset != null && (seen == null || offset > seen)) {
      seen = offset;
    }
    if (envelope.writer() == owner.writer()) {
      ownSequence = Math.max(ownSequence, envelope.sequence());
      newest = newest == null ? envelope.time() : later(newest, envelope.time());
    } else {
      newestForeign =
          newestForeign == null ? envelope.time() : later(newestForeign, envelope.time());
    }
    return fact;
  }

  private ReleaseEvent read(Envelope envelope, byte[] data) {
    try {
      if (!envelope.isMalformed()) {
        return EventJson.read(envelope.type(), data);
      }
      unreadable = Optional.of("the headers of " + describe(envelope) + " cannot be read");
    } catch (UnreadableEvent e) {
      LOG.debugf(e, "%s of release %s", describe(envelope), release);
      unreadable = Optional.of(describe(envelope) + " cannot be read");
    }
    return new Unrecognised(envelope.type(), new String(data, StandardCharsets.UTF_8));
  }

  private static String describe(Envelope envelope) {
    return "fact " + envelope.id() + " (" + envelope.type() + ")";
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private static @Nullable Writer groupOf(ReleaseEvent event) {
    return switch (event) {
      case GateEvent _ -> Writer.GATE;
      case RolloutEvent _ -> Writer.ROLLOUT;
      case MonitorEvent _ -> Writer.MONITOR;
      case AuditEvent _ -> Writer.AUDIT;
      case NotificationEvent _ -> Writer.NOTIFICATION;
      case Unrecognised _ -> null;
    };
  }
}
