package io.lockkeeper.rollout;

import static io.lockkeeper.rollout.RolloutScenario.ALICE;
import static io.lockkeeper.rollout.RolloutScenario.accepted;
import static io.lockkeeper.rollout.RolloutScenario.baking;
import static io.lockkeeper.rollout.RolloutScenario.breach;
import static io.lockkeeper.rollout.RolloutScenario.runbook;
import static io.lockkeeper.rollout.RolloutScenario.started;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.MonitorEvent.ReleaseVerified;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.rollout.RolloutCommand.ReportDone;
import io.lockkeeper.rollout.RolloutCommand.ReportReadBack;
import io.lockkeeper.rollout.RolloutCommand.TakeOver;
import io.lockkeeper.rollout.WayBackByHand.Step;
import io.lockkeeper.runbook.Runbook.InfrastructureStep;
import io.lockkeeper.runbook.Verdict;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WayBackByHandTest {

  private static final String SHIFT =
      "At http://127.0.0.1:9001, set the share of 1.5.0 (pkg:oci/shop@1.5.0, sha256:"
          + "b".repeat(64)
          + ") in demo/shop in production from 10 % to 0 %, so that 1.4.2 (pkg:oci/shop@1.4.2,"
          + " sha256:"
          + "a".repeat(64)
          + ") serves all traffic";
  private static final String SAY =
      "Say that it is done: POST /rollouts/release-1/take-over; the target is then read back, and"
          + " the lane is free";

  @Test
  @DisplayName("Before the start, and when a release is verified, there is no way back to go")
  void none() {
    assertThat(steps(accepted(runbook(10, 100)))).isEmpty();
    var release = started(runbook(100));
    release.when(new ReportDone(1));
    release.when(
        new ReleaseVerified(
            Verdict.PASSED, "fine", Duration.ofMinutes(30), List.of(), RolloutScenario.LOOK));
    assertThat(steps(release)).isEmpty();
  }

  @Test
  @DisplayName(
      "R2: the traffic, with what to set where, between telling the service to wait and done")
  void traffic() {
    var release = baking();
    assertThat(steps(release))
        .containsExactly(
            new Step("Let nothing rise meanwhile: POST /rollouts/release-1/pause", false),
            new Step(SHIFT, false),
            new Step(SAY, false));
    release.when(new RolloutCommand.Pause(ALICE, "by hand"));
    assertThat(steps(release).getFirst().done()).isTrue();
  }

  @Test
  @DisplayName("R2, R3: infrastructure in reverse; what cannot be undone, and what to restore")
  void infrastructure() {
    var release =
        started(
            runbook(10, 100),
            new InfrastructureStep("V42", true),
            new InfrastructureStep("V43", false),
            new InfrastructureStep("V44", true));
    for (int effect = 1; effect <= 4; effect++) {
      release.when(new ReportDone(effect));
    }
    release.when(breach());
    assertThat(steps(release))
        .extracting(Step::what)
        .containsExactly(
            SHIFT,
            "At http://127.0.0.1:9001, undo the infrastructure step V44",
            "At http://127.0.0.1:9001, undo the infrastructure step V42",
            "At http://127.0.0.1:9001, close all traffic of demo/shop in production, because this"
                + " cannot be undone: V43",
            "Restore the backup nightly",
            "Validate the integrity of the data",
            "At http://127.0.0.1:9001, reopen the traffic of demo/shop in production",
            SAY);
  }

  @Test
  @DisplayName("R2: infrastructure that was never begun is not to be undone")
  void onlyWhatWasBegun() {
    var release =
        started(
            runbook(10, 100),
            new InfrastructureStep("V42", true),
            new InfrastructureStep("V43", true));
    assertThat(steps(release)).extracting(Step::what).noneMatch(what -> what.contains("V43"));
  }

  @Test
  @DisplayName("R2: what the target has been seen to show is marked as done")
  void done() {
    var release =
        started(
            runbook(10, 100),
            new InfrastructureStep("V42", true),
            new InfrastructureStep("V43", true));
    for (int effect = 1; effect <= 3; effect++) {
      release.when(new ReportDone(effect));
    }
    release.when(breach());
    release.when(new ReportDone(4));
    assertThat(steps(release)).extracting(Step::done).containsExactly(true, false, false, false);
    release.when(new ReportDone(5));
    release.when(new ReportDone(6));
    assertThat(steps(release)).extracting(Step::done).containsExactly(true, true, true);
  }

  @Test
  @DisplayName("R2: after a take-over only the traffic is known to be back")
  void byHand() {
    var release = started(runbook(10, 100), new InfrastructureStep("V42", true));
    release.when(new ReportDone(1));
    release.when(breach());
    release.when(new TakeOver(ALICE, "drained", Outcome.ROLLED_BACK));
    assertThat(steps(release).getLast()).isEqualTo(new Step(SAY, true));
    release.when(new ReportReadBack(0));
    assertThat(steps(release)).extracting(Step::done).containsExactly(true, false);
  }

  private static List<Step> steps(RolloutScenario release) {
    return WayBackByHand.of(new ReleaseId("release-1"), release.state());
  }
}
