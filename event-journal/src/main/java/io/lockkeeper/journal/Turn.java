package io.lockkeeper.journal;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// One transaction on one release: something is appended, then what follows, until nothing does.
final class Turn {

  private static final Logger LOG = Logger.getLogger(Turn.class);

  private static final Duration UNTIL_NEXT_TRY = Duration.ofSeconds(10);

  /// How a turn begins.
  @FunctionalInterface
  interface Opening {

    /// Appends what the turn is about.
    ///
    /// @return the id of the fact that others may follow from, inside; empty when the turn is over
    ///     already
    Optional<Begun> begin(Turn turn) throws SQLException;
  }

  /// What a turn began with.
  ///
  /// @param own facts of our own that it appended
  /// @param cause the fact that everything else follows from; null when none did
  record Begun(List<Fact> own, @Nullable UUID cause) {

    /// An alarm rang.
    static final Begun BY_ALARM = new Begun(List.of(), null);
  }

  private final Connection connection;
  private final JournalOwner owner;
  private final ReleaseId release;
  private final Instant now;
  private final JournalMeters meters;
  private final JournalTables.Margin margin;
  private final JournalPage page;

  /// Begins the transaction's work.
  ///
  /// @param earlier what was read of the release before
  Turn(
      Connection connection,
      JournalOwner owner,
      ReleaseId release,
      Instant now,
      JournalMeters meters,
      Optional<JournalPage.Snapshot> earlier)
      throws SQLException {
    this.connection = connection;
    this.owner = owner;
    this.release = release;
    this.now = now;
    this.meters = meters;
    this.margin = JournalTables.margin(connection, release);
    this.page = JournalPage.open(connection, owner, release, earlier);
  }

  /// The page as the turn leaves it.
  JournalPage.Snapshot snapshot() {
    return page.snapshot();
  }

  /// The last position in the journal, as far as this turn knows.
  long highest() {
    return Math.max(margin.highest(), page.position());
  }

  /// Takes the turn.
  ///
  /// @param failure why what follows could not be decided in an earlier attempt; then only the
  ///     opening is appended and the release is stuck
  /// @return empty when the release did not change
  Optional<Committed> take(Opening opening, @Nullable ReactionFailed failure) throws SQLException {
    Optional<Begun> begun = opening.begin(this);
    if (begun.isEmpty()) {
      return Optional.empty();
    }
    List<Fact> own = new ArrayList<>(begun.get().own());
    Optional<Instant> due = Optional.empty();
    if (failure == null) {
      own.addAll(follow(begun.get().cause()));
      if (!page.facts().isEmpty()) {
        due = conclude();
      }
    }
    noteStuck(failure);
    return Optional.of(new Committed(release, own, page.facts(), due));
  }

  /// An opening: a delivery from the topic.
  Optional<Begun> deliver(Envelope envelope, ConsumerRecord<String, byte[]> record)
      throws SQLException {
    JournalTables.advance(connection, record.partition(), record.offset() + 1);
    if (margin.forgotten()) {
      meters.late();
      return Optional.empty();
    }
    if (envelope.writer() == owner.writer()) {
      verifyOwn(envelope);
      return Optional.empty();
    }
    boolean follows = page.follows(envelope);
    Optional<Fact> appended = page.append(envelope, record);
    if (appended.isEmpty()) {
      meters.repeated();
      return Optional.empty();
    }
    meters.consumed();
    if (!follows) {
      meters.gap();
    }
    return Optional.of(new Begun(List.of(), envelope.id()));
  }

  /// An opening: a command or a report.
  Optional<Begun> decide(Decision decision) throws SQLException {
    if (margin.forgotten()) {
      meters.late();
      return Optional.empty();
    }
    List<? extends ReleaseEvent> events = decision.decide(page.facts(), now);
    if (!events.stream().allMatch(this::mayAppend)) {
      throw new TooManyFacts(release);
    }
    List<Fact> appended = page.append(events, null, now);
    return Optional.of(
        new Begun(appended, appended.isEmpty() ? null : appended.getLast().id().value()));
  }

  /// An opening: the alarm rang.
  Optional<Begun> ring() throws SQLException {
    if (margin.forgotten() || page.facts().isEmpty()) {
      JournalTables.setAlarm(connection, release, Optional.empty());
      return Optional.empty();
    }
    return Optional.of(Begun.BY_ALARM);
  }

  // A fact of ours enters the journal before the topic; one that did not was written by somebody
  // else.
  private void verifyOwn(Envelope envelope) throws SQLException {
    List<UUID> unknown =
        JournalTables.unknown(connection, List.of(envelope.id()), List.of(release.value()));
    if (!unknown.isEmpty()) {
      String reason =
          "somebody else writes as " + owner.writer().source() + ": fact " + envelope.id();
      JournalTables.setStuck(connection, release, reason, true);
    }
  }

  private List<Fact> follow(@Nullable UUID opening) throws SQLException {
    List<Fact> followed = new ArrayList<>();
    UUID cause = opening;
    for (int round = 0; round < Reaction.ROUNDS; round++) {
      List<Fact> appended = appendNext(cause);
      if (appended.isEmpty()) {
        return followed;
      }
      followed.addAll(appended);
      cause = appended.getLast().id().value();
    }
    throw new ReactionFailed("no end after " + Reaction.ROUNDS + " rounds");
  }

  private List<Fact> appendNext(@Nullable UUID cause) throws SQLException {
    try {
      List<? extends ReleaseEvent> events = owner.reaction().next().decide(page.facts(), now);
      return page.append(events.stream().filter(this::mayAppend).toList(), cause, now);
    } catch (RuntimeException | StackOverflowError e) {
      throw failed("what follows cannot be decided", e);
    }
  }

  private Optional<Instant> conclude() throws SQLException {
    try {
      Optional<Instant> due = owner.reaction().due().due(page.facts());
      JournalTables.setAlarm(connection, release, due);
      owner.reaction().views().write(release, page.facts());
      return due;
    } catch (RuntimeException | StackOverflowError e) {
      throw failed("its alarm or rows cannot be written", e);
    }
  }

  // Trouble with the database is not the reaction's fault.
  private static RuntimeException failed(String what, Throwable cause) {
    return cause instanceof RuntimeException own && Failure.of(own) != Failure.OTHER
        ? own
        : new ReactionFailed(what, cause);
  }

  private boolean mayAppend(ReleaseEvent event) {
    return page.facts().size() < JournalLimits.FACTS || owner.beyondLimit().test(event);
  }

  private void noteStuck(@Nullable ReactionFailed failure) throws SQLException {
    Optional<String> reason = stuck(failure);
    if (reason.isEmpty()) {
      if (margin.stuck() != null && !margin.stays()) {
        JournalTables.clearStuck(connection, release);
      }
    } else if (!reason.get().equals(margin.stuck())) {
      LOG.errorf(failure, "release %s is stuck: %s", release, reason.get());
      JournalTables.setStuck(connection, release, reason.get(), false);
    }
    if (failure != null) {
      // Whatever failed may work later, and nothing else may come to try it.
      JournalTables.setFirstAlarm(connection, release, now.plus(UNTIL_NEXT_TRY));
    }
  }

  private Optional<String> stuck(@Nullable ReactionFailed failure) {
    if (failure != null) {
      return Optional.of(failure.reason());
    }
    return page.unreadable()
        .or(
            () ->
                page.facts().size() < JournalLimits.FACTS
                    ? Optional.empty()
                    : Optional.of("it has " + JournalLimits.FACTS + " facts or more"));
  }
}
