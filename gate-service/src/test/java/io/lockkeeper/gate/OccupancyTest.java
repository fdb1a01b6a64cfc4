package io.lockkeeper.gate;

import static io.lockkeeper.gate.Requests.FIRST;
import static io.lockkeeper.gate.Requests.SECOND;
import static io.lockkeeper.gate.Requests.THIRD;
import static io.lockkeeper.gate.Requests.good;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.GateEvent;
import io.lockkeeper.events.Outcome;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.runbook.Lane;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What the releases of one lane share, when its row is older than their facts.
class OccupancyTest {

  private final Scene scene = new Scene();

  private void ask(ReleaseId release, int artifact) {
    scene.request(release, good(artifact).request(), good(artifact).runbook());
  }

  @Test
  @DisplayName("a row set back gives the lane to nobody but the cleared release")
  void setBack() {
    ask(FIRST, 2);
    scene.capture(FIRST);
    ask(SECOND, 3);
    ask(THIRD, 4);
    Occupancy old = scene.lane();
    GateBoard first = scene.board(FIRST);
    scene.settle(FIRST, Outcome.VERIFIED);
    scene.capture(SECOND);
    assertThat(old.isHeldBy(FIRST)).isTrue();

    // The second's facts are read again before the end of the first is.
    Occupancy caught = old.evolve(scene.board(SECOND));
    assertThat(caught.isHeldBy(SECOND)).isTrue();
    assertThat(caught.evolve(first).isHeldBy(SECOND)).isTrue();
    assertThat(caught.evolve(scene.board(FIRST)).isHeldBy(SECOND)).isTrue();
    assertThat(caught.evolve(scene.board(FIRST))).isEqualTo(scene.lane());
  }

  @Test
  @DisplayName("a claim that comes before the holder's end is read is kept until then")
  void claim() {
    ask(FIRST, 2);
    scene.capture(FIRST);
    ask(SECOND, 3);
    ask(THIRD, 4);
    Occupancy old = scene.lane();
    scene.settle(FIRST, Outcome.VERIFIED);
    Occupancy caught = old.evolve(scene.board(SECOND));
    assertThat(caught.isHeldBy(FIRST)).isTrue();
    assertThat(caught.isOpenTo(THIRD)).isFalse();
    assertThat(caught.evolve(scene.board(FIRST))).isEqualTo(scene.lane());
    assertThat(scene.lane().isHeldBy(SECOND)).isTrue();
  }

  @Test
  @DisplayName("a release that is not cleared and finds another in its lane queues again")
  void displaced() {
    ask(FIRST, 2);
    scene.capture(FIRST);
    Occupancy held = scene.lane();
    scene.settle(FIRST, Outcome.VERIFIED);
    ask(SECOND, 3);
    assertThat(scene.board(SECOND).phase()).isInstanceOf(GatePhase.InLane.class);
    assertThat(GateDecider.next(scene.board(SECOND), held, scene.now()))
        .hasOnlyElementsOfType(GateEvent.ReleaseQueued.class)
        .hasSize(1);
  }

  @Test
  @DisplayName("boards of other lanes, and the same board again, change nothing")
  void nothingNew() {
    ask(FIRST, 2);
    Occupancy once = scene.lane();
    assertThat(once.evolve(scene.board(FIRST))).isEqualTo(once);
    Occupancy other = Occupancy.free(new Lane("demo/other", "production"));
    assertThat(other.evolve(scene.board(FIRST))).isSameAs(other);
  }
}
