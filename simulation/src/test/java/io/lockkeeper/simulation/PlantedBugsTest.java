package io.lockkeeper.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.simulation.invariant.Violation;
import io.lockkeeper.simulation.platform.Mutation;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A simulation that finds nothing proves nothing. Each bug is planted, and the invariant that is
/// there for it
/// must find it within [#SEEDS] seeds.
@DisplayName("Planted bugs")
final class PlantedBugsTest {

  private static final long SEEDS = 1_000;

  static Stream<Arguments> bugs() {
    return Stream.of(
        bug(Mutation.IGNORE_BREACH_WHILE_APPLYING, "BreachToZeroInTime"),
        bug(Mutation.VERDICT_OF_ANOTHER_ATTEMPT, "StageAfterStage"),
        bug(Mutation.EARLY_ANNOUNCEMENT_DROPPED, "Announced"),
        bug(Mutation.RELAY_GOES_ON, "SequencesGapless"),
        bug(Mutation.RELAY_FROM_LAST_POSITION, "SequencesGapless"),
        bug(Mutation.OFFSET_BEFORE_TRANSACTION, "LogEqualsTopic"),
        bug(Mutation.NO_INBOX, "LogEqualsTopic"),
        bug(Mutation.ALARM_CLEARED_EARLY, "EverySettlesAndCloses"),
        bug(Mutation.HOLD_RESTARTS_AFTER_CRASH, "BoundsAreKept"),
        bug(Mutation.EFFECT_KEY_WITHOUT_ATTEMPT, "EffectActsOnce"),
        bug(Mutation.FENCE_PER_RELEASE, "TokensGrow"),
        bug(Mutation.REPAIR_RAISES, "ShareWithinStage"),
        bug(Mutation.LANE_WITHOUT_LOCK, "TokensGrow"),
        bug(Mutation.REACTION_DURING_RECOVERY, "SequencesGapless"),
        bug(Mutation.VERDICT_DUE_IGNORES_LOST_TIME, "LostTelemetryNeverGoesBack"),
        bug(Mutation.PARTLY_IS_LOST, "PartialTelemetryHoldsNothing"),
        bug(Mutation.ROLLBACK_WAITS_FOR_LEASE, "BreachToZeroInTime"),
        bug(Mutation.CLOSING_WAITS_FOR_SUMMARY, "EverySettlesAndCloses"),
        bug(Mutation.QUARANTINE_FORGOTTEN_AT_REBUILD, "QuarantinedNeverStarts"),
        bug(Mutation.OBSERVATION_FROM_STAGE_STARTED, "ObservedThirtyMinutes"),
        bug(Mutation.APPROVER_BY_TOKEN, "NobodyApprovesTheirOwn"));
  }

  private static Arguments bug(Mutation mutation, String invariant) {
    return Arguments.of(mutation, invariant);
  }

  @ParameterizedTest(name = "{0} is found by {1}")
  @MethodSource("bugs")
  @DisplayName("each is found by the invariant that is there for it")
  void found(Mutation mutation, String invariant) {
    Map<String, Long> others = new TreeMap<>();
    for (long seed = 0; seed < SEEDS; seed++) {
      String violated = Run.play(seed, mutation).map(Violation::invariant).orElse("");
      if (violated.equals(invariant)) {
        System.out.printf("%s: %s at seed %d%n", mutation, invariant, seed);
        return;
      }
      if (!violated.isEmpty()) {
        others.putIfAbsent(violated, seed);
      }
    }
    assertThat(others)
        .as("%s (%s) within %d seeds", mutation, mutation.description(), SEEDS)
        .containsKey(invariant);
  }

  @Test
  @DisplayName("every bug has an invariant that is there for it")
  void complete() {
    assertThat(bugs().map(bug -> bug.get()[0]))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Mutation.values()).filter(bug -> bug != Mutation.NONE).toList());
  }
}
