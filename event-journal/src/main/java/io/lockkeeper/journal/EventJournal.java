package io.lockkeeper.journal;

import io.lockkeeper.events.Fact;
import io.lockkeeper.events.ReleaseId;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/// The facts of each release that one service knows, its own and those it listens to, in the order
/// in which it came to know them. A fact is never changed and never forgotten while its release is
/// open.
public interface EventJournal {

  /// Takes in one delivery from `release-events`, in one transaction: a fact that is here already
  /// changes nothing; a new one is appended, and then what follows from it.
  ///
  /// Returns when the delivery is dealt with for good. Trouble with the database is retried in
  /// place, for ever. A fact that cannot be read or decided on is kept as it is, its release is
  /// [#stuck], and the partition goes on. Facts of writers that this service does not listen to are
  /// not kept.
  void consume(ConsumerRecord<String, byte[]> record);

  /// Takes in a command, an alarm or a report, in one transaction: decides once, appends, then
  /// appends what follows.
  ///
  /// A decision that throws changes nothing, and its exception is the caller's. When what *follows*
  /// cannot be decided on, the decision's own facts are kept and the release is [#stuck]. Conflicts
  /// with other writers are retried; trouble with the database is the caller's, as
  /// [JournalUnavailable].
  ///
  /// @return what was appended, in order: the decision's facts and those that followed
  List<Fact> record(ReleaseId release, Decision decision);

  /// Everything known of this release, oldest first; empty when nothing.
  List<Fact> history(ReleaseId release);

  /// Why this release cannot be decided on, in words; empty normally. Effects that raise the
  /// candidate's share must not be carried out for a stuck release.
  Optional<String> stuck(ReleaseId release);
}
