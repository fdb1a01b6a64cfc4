package io.lockkeeper.simulation.platform;

/// A bug planted on purpose, so that we know the simulation would find it. Each changes one seam of
/// the engine or
/// wraps one decider; the deciders themselves are never copied.
public enum Mutation {
  /// The product as it is.
  NONE("nothing is wrong"),
  IGNORE_BREACH_WHILE_APPLYING("a breach that comes while a stage is applied is forgotten"),
  VERDICT_OF_ANOTHER_ATTEMPT("a verdict counts for whatever attempt is under way"),
  EARLY_ANNOUNCEMENT_DROPPED("an announcement that comes before it is waited for is forgotten"),
  RELAY_GOES_ON("the relay goes on after a failed send"),
  RELAY_FROM_LAST_POSITION("the relay reads on from its last position, not what is unpublished"),
  OFFSET_BEFORE_TRANSACTION("the offset is committed before the transaction"),
  NO_INBOX("a second delivery is taken in again"),
  ALARM_CLEARED_EARLY("an alarm is cleared before its facts commit"),
  HOLD_RESTARTS_AFTER_CRASH("the clock of a hold restarts at zero after a crash"),
  EFFECT_KEY_WITHOUT_ATTEMPT("a further attempt has the key of the first"),
  FENCE_PER_RELEASE("the fence counts within the release only"),
  REPAIR_RAISES("a repair raises the candidate's share"),
  LANE_WITHOUT_LOCK("the lane's row is read without a lock"),
  REACTION_DURING_RECOVERY("a recovering service decides on what it adopts"),
  VERDICT_DUE_IGNORES_LOST_TIME("time without telemetry counts against the verdict"),
  PARTLY_IS_LOST("telemetry of which a part is missing holds like lost telemetry"),
  ROLLBACK_WAITS_FOR_LEASE("the way back waits for a live clearance"),
  CLOSING_WAITS_FOR_SUMMARY("the log is not closed before the summary is told"),
  QUARANTINE_FORGOTTEN_AT_REBUILD("a rebuilt lane has no quarantine"),
  OBSERVATION_FROM_STAGE_STARTED("the observation counts from the start of the last stage"),
  APPROVER_BY_TOKEN("two tokens of one person count as two people");

  private final String description;

  Mutation(String description) {
    this.description = description;
  }

  /// The bug in words.
  public String description() {
    return description;
  }
}
