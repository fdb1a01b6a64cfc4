package io.lockkeeper.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.lockkeeper.simulation.Run.Entry;
import io.lockkeeper.simulation.invariant.Violation;
import io.lockkeeper.simulation.platform.Mutation;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// The whole runbook on a virtual clock, from many seeds, with faults: the test that earns trust.
///
/// `-Dsimulation.seeds=10000` plays more, `-Dsimulation.first=5000` others, and
/// `-Dsimulation.seed=42` one of them
/// with its log of facts and faults.
@DisplayName("The simulation")
final class SimulationTest {

  private static final long SEEDS = Long.getLong("simulation.seeds", 1_000L);
  private static final long FIRST = Long.getLong("simulation.first", 0L);

  @Test
  @DisplayName("everything that must always hold does, whatever fails")
  void holds() {
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      Run run = new Run(seed, Mutation.NONE);
      Optional<Violation> violation = run.verdict();
      if (violation.isPresent()) {
        fail(
            "seed %d: %s%nplay it again with -Dsimulation.seed=%d%n%s",
            seed, violation.get().getMessage(), seed, words(run.log()));
      }
    }
  }

  @Test
  @DisplayName("the same seed gives the same run, to the last fact")
  void repeatable() {
    Run one = new Run(7, Mutation.NONE);
    Run other = new Run(7, Mutation.NONE);
    assertThat(one.verdict()).isEmpty();
    assertThat(other.verdict()).isEmpty();
    assertThat(other.steps()).isEqualTo(one.steps());
    assertThat(words(other.log())).isEqualTo(words(one.log()));
  }

  @Test
  @EnabledIfSystemProperty(named = "simulation.seed", matches = "\\d+")
  @DisplayName("one seed, told from beginning to end")
  void oneSeed() {
    Run run = new Run(Long.getLong("simulation.seed"), Mutation.NONE);
    Optional<Violation> violation = run.verdict();
    run.log().forEach(System.out::println);
    assertThat(violation).isEmpty();
  }

  private static String words(List<Entry> log) {
    return log.stream().map(Entry::toString).collect(Collectors.joining(System.lineSeparator()));
  }
}
