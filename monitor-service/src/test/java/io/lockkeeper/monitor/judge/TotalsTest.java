package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Numbers for people that are kept up with are those of the whole recording.
class TotalsTest {

  private static final List<Signal> SIGNALS = JudgeSettings.standard().signals();

  @Test
  @DisplayName("M2: scrape by scrape comes to what the recording comes to, over a restart, too")
  void asTheRecording() {
    var service = new SimulatedService(5, 50);
    var totals = new Totals(SIGNALS);
    var scrapes = new ArrayList<Baseline.Scrape>();
    for (int i = 0; i < 40; i++) {
      service.run(15, 0.5);
      if (i == 20) {
        service.candidate().restart();
      }
      var look = service.look(0.5);
      scrapes.add(new Baseline.Scrape(look.at(), look.candidate()));
      totals.add(look.at(), look.candidate());
    }
    same(totals.sum(), Baseline.of(scrapes, SIGNALS));
  }

  @Test
  @DisplayName(
      "M2: begun anew, it counts from the last scrape on; a scrape that comes late is nothing")
  void fromTheLastScrapeOn() {
    var service = new SimulatedService(6, 50);
    var totals = new Totals(SIGNALS);
    assertThat(totals.sum()).isNull();
    Look look = null;
    for (int i = 0; i < 10; i++) {
      service.run(15, 0.5);
      look = service.look(0.5);
      totals.add(look.at(), look.candidate());
    }
    totals.restart();
    assertThat(totals.sum()).isNull();
    var scrapes = new ArrayList<Baseline.Scrape>();
    scrapes.add(new Baseline.Scrape(look.at(), look.candidate()));
    for (int i = 0; i < 10; i++) {
      service.run(15, 0.5);
      var next = service.look(0.5);
      scrapes.add(new Baseline.Scrape(next.at(), next.candidate()));
      totals.add(next.at(), next.candidate());
      totals.add(look.at(), look.candidate());
    }
    same(totals.sum(), Baseline.of(scrapes, SIGNALS));
    assertThat(totals.sum().span()).isEqualTo(Duration.ofSeconds(150));
  }

  private static void same(Baseline one, Baseline other) {
    assertThat(one.from()).isEqualTo(other.from());
    assertThat(one.to()).isEqualTo(other.to());
    assertThat(one.looks()).isEqualTo(other.looks());
    assertThat(one.requests()).isEqualTo(other.requests());
    assertThat(one.counts().get(Signal.ERRORS).total())
        .isEqualTo(other.counts().get(Signal.ERRORS).total());
    assertThat(one.counts().get(Signal.ERRORS).bad())
        .isEqualTo(other.counts().get(Signal.ERRORS).bad());
    assertThat(one.durations().get(Signal.DURATION).bounds())
        .isEqualTo(other.durations().get(Signal.DURATION).bounds());
    assertThat(one.durations().get(Signal.DURATION).counts())
        .isEqualTo(other.durations().get(Signal.DURATION).counts());
    assertThat(one.cpu()).isCloseTo(other.cpu(), Offset.offset(1e-9));
    assertThat(one.memory()).isCloseTo(other.memory(), Offset.offset(1e-3));
  }
}
