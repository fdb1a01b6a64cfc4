package io.lockkeeper.monitor.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.monitor.judge.Business.Fault;
import io.lockkeeper.monitor.judge.Business.Law;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Values of business events and saturation: what is worse is found, what is not is left alone.
class BusinessTest {

  /// More of them make a benchmark of it.
  private static final int RUNS = Integer.getInteger("lockkeeper.benchmark.runs", 200);

  private static final int LOOKS = 160;

  @ParameterizedTest(name = "with a control: {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("M1: nothing changed, whatever the law: breaches are no more than alpha")
  void nothingChanged(boolean beside) {
    long breached =
        LongStream.range(0, RUNS)
            .parallel()
            .filter(seed -> new Business(seed).breach(LOOKS, Fault.NONE, beside) >= 0)
            .count();
    System.out.printf("%d of %d quiet watches breached%n", breached, RUNS);
    assertThat(breached).isLessThanOrEqualTo((long) (RUNS * Business.SETTINGS.alpha()));
  }

  /// How many of 20 watches of a shop with some traffic find it.
  private static long found(Fault fault, boolean beside, Consumer<Business> set) {
    return LongStream.range(0, 20)
        .filter(
            seed -> {
              var business = new Business(seed);
              business.weight = 0.5;
              business.stable = 2;
              business.canaries = 2;
              business.orders = 200;
              business.law = Law.LOG_NORMAL;
              business.poolSize = 20;
              business.inUse = 16;
              set.accept(business);
              return business.breach(LOOKS, fault, beside) >= 0;
            })
        .count();
  }

  @Test
  @DisplayName("M1, R1: orders that come to a tenth less are a breach, and so is a lost third")
  void lessValue() {
    assertThat(found(new Fault(0.9, 1, 0), true, it -> it.orders = 400)).isGreaterThanOrEqualTo(19);
    assertThat(found(new Fault(0.67, 1, 0), false, it -> {})).isEqualTo(20);
    assertThat(found(new Fault(0.67, 1, 0), true, it -> it.law = Law.CONSTANT)).isEqualTo(20);
    assertThat(found(new Fault(0.67, 1, 0), true, it -> it.orders = 20)).isGreaterThanOrEqualTo(19);
  }

  @Test
  @DisplayName("M1: orders that come to more, or a hundredth less, are none")
  void moreValue() {
    assertThat(found(new Fault(1.5, 1, 0), true, it -> {})).isZero();
    assertThat(found(new Fault(0.99, 1, 0), true, it -> {})).isZero();
    assertThat(found(new Fault(0.95, 1, 0), false, it -> {})).isZero();
  }

  @Test
  @DisplayName(
      "M1, R1: twice as many connections in use are a breach, a pool without any, or one lost a minute")
  void fullerPool() {
    assertThat(found(new Fault(1, 2, 0), true, it -> {})).isGreaterThanOrEqualTo(19);
    assertThat(found(new Fault(1, 3, 0), false, it -> it.inUse = 8)).isGreaterThanOrEqualTo(19);
    assertThat(found(new Fault(1, 1, 1), true, it -> {})).isEqualTo(20);
  }

  @Test
  @DisplayName("M1: a pool that is nearly empty may be three times as full")
  void emptyPool() {
    assertThat(found(new Fault(1, 3, 0), true, it -> it.inUse = 0.5)).isZero();
  }

  @Test
  @DisplayName("M1: instances that have more to do are granted more; with far more none is judged")
  void busierInstances() {
    assertThat(found(Fault.NONE, true, it -> it.weight = 0.55)).isLessThanOrEqualTo(1);
    assertThat(found(new Fault(1, 2, 0), true, it -> it.canaries = 1)).isZero();
  }

  @Test
  @DisplayName("M1: with a direction of its own, a value that rises is a breach")
  void moreIsWorse() {
    var refunds =
        new Signal("refunds", Signal.Kind.VALUE, true, null, null, true, Signal.Worse.MORE);
    assertThat(verdict(refunds, 1.5)).isEqualTo(Verdict.FAILED);
    assertThat(verdict(refunds, 0.5)).isNotEqualTo(Verdict.FAILED);
    assertThat(verdict(Signal.critical("orders", Signal.Kind.VALUE), 0.5))
        .isEqualTo(Verdict.FAILED);
  }

  /// The verdict when the candidate's events come to so many times what the control's do.
  private static Verdict verdict(Signal signal, double times) {
    var settings = JudgeSettings.of(List.of(signal), Duration.ofSeconds(15));
    var looks = IntStream.range(0, 40).mapToObj(i -> look(signal.name(), i, times)).toList();
    var judgement = Judge.replay(settings, null, looks);
    assertThat(judgement).isNotNull();
    return judgement.verdict();
  }

  private static Look look(String signal, int i, double times) {
    long events = 100L * i;
    double sum = 40.0 * events + (i % 3); // not quite the same each time
    return new Look(
        SimulatedService.START.plusSeconds(15L * i),
        0.5,
        List.of(Sample.of("s").withRequests(events).withAmount(signal, new Amount(sum, events))),
        List.of(
            Sample.of("c")
                .withRequests(events)
                .withAmount(signal, new Amount(sum * times, events))));
  }

  @Test
  @DisplayName(
      "M1: orders that come to nothing are a breach, and so is a tenth of it at any margin")
  void nothing() {
    var orders = Signal.critical("orders", Signal.Kind.VALUE);
    assertThat(verdict(orders, 0)).isEqualTo(Verdict.FAILED);
    assertThat(found(new Fault(0.1, 1, 0), true, it -> {})).isEqualTo(20);
    assertThat(verdict(orders.withMargin(0.35), 0.1)).isEqualTo(Verdict.FAILED);
  }

  @Test
  @DisplayName("M1: a sum that comes out a little less is no restart: nothing is counted again")
  void roundedSum() {
    var totals = new Totals(Business.SETTINGS.signals());
    double[] sums = {0.6000000000000001, 0.6, 0.6000000000000001, 0.6};
    for (int i = 0; i < sums.length; i++) {
      totals.add(
          SimulatedService.START.plusSeconds(15L * i),
          List.of(
              Sample.of("a")
                  .withRequests(1_000)
                  .withAmount("order value", new Amount(sums[i], 3))));
    }
    var sum = totals.sum();
    assertThat(sum).isNotNull();
    assertThat(sum.requests()).isZero();
  }

  @Test
  @DisplayName("M1: without orders nothing passes; without the counter it is not measured")
  void nothingToJudge() {
    var signal = Signal.critical("orders", Signal.Kind.VALUE);
    var settings = JudgeSettings.of(List.of(signal), Duration.ofSeconds(15));
    var none = new Judge(settings, null);
    var without = new Judge(settings, null);
    Judgement seen = null;
    Judgement unseen = null;
    for (int i = 0; i < 40; i++) {
      var at = SimulatedService.START.plusSeconds(15L * i);
      var requests = Sample.of("s").withRequests(100L * i);
      var zero = requests.withAmount("orders", new Amount(0, 0));
      seen = none.look(new Look(at, 0.5, List.of(zero), List.of(zero)));
      unseen = without.look(new Look(at, 0.5, List.of(requests), List.of(requests)));
    }
    assertThat(seen).isNotNull();
    assertThat(unseen).isNotNull();
    assertThat(seen.text()).contains("not judged yet: orders");
    assertThat(unseen.verdict()).isEqualTo(Verdict.ERRORED);
    assertThat(unseen.text()).isEqualTo("orders is not measured");
  }

  @Test
  @DisplayName("G2: the baseline has what orders come to, how much that varies, and how full it is")
  void baseline() {
    var scrapes =
        IntStream.rangeClosed(0, 40)
            .mapToObj(
                i ->
                    new Baseline.Scrape(
                        SimulatedService.START.plusSeconds(15L * i),
                        List.of(
                            Sample.of("a")
                                .withRequests(1000L * i)
                                .withAmount("order value", new Amount(4000.0 * i, 100L * i))
                                .withSaturation("connections", 0.2),
                            Sample.of("b")
                                .withRequests(1000L * i)
                                .withSaturation("connections", 0.4))))
            .toList();
    var baseline = Baseline.of(scrapes, Business.SETTINGS.signals());
    assertThat(baseline.saturations().get("connections"))
        .isCloseTo(0.3, org.assertj.core.data.Offset.offset(1e-9));
    var valued = baseline.amounts().get("order value");
    assertThat(valued).isNotNull();
    assertThat(valued.mean()).isEqualTo(40);
    assertThat(valued.events()).isEqualTo(4000);
    assertThat(valued.variation()).isLessThan(0.2); // all come to the same; the prior is left
    assertThat(Map.copyOf(baseline.counts())).isEmpty();
  }

  @Test
  @DisplayName("M1: in an incident of both versions, what orders come to is compared all the same")
  void valueInAnIncident() {
    var signals =
        List.of(
            Signal.critical(Signal.ERRORS, Signal.Kind.ERRORS),
            Signal.critical("orders", Signal.Kind.VALUE));
    var judge = new Judge(JudgeSettings.of(signals, Duration.ofSeconds(15)), null);
    assertThat(IntStream.range(0, 30).mapToObj(i -> judge.look(inAnIncident(i))).toList())
        .last()
        .satisfies(
            told -> {
              assertThat(told.verdict()).isEqualTo(Verdict.FAILED);
              assertThat(told.signal()).isEqualTo("orders");
            });
  }

  /// From the twentieth look on a fifth of all requests fails, and the candidate's orders come to
  /// half.
  private static Look inAnIncident(int i) {
    long requests = 1_000L * i;
    long failed = requests / 1_000 + 200L * Math.max(0, i - 20);
    double less = 8_000.0 * Math.max(0, i - 20);
    double sum = 40.0 * 400 * i + (i % 3);
    return new Look(
        SimulatedService.START.plusSeconds(15L * i),
        0.5,
        List.of(inAnIncident("s", requests, failed, new Amount(sum, 400L * i))),
        List.of(inAnIncident("c", requests, failed, new Amount(sum - less, 400L * i))));
  }

  private static Sample inAnIncident(String instance, long requests, long failed, Amount orders) {
    return Sample.of(instance)
        .withRequests(requests)
        .withErrors(requests, failed)
        .withAmount("orders", orders);
  }

  @Test
  @DisplayName("M4: the evidence says how full the pool is and what orders come to")
  void inWords() {
    var business = new Business(1);
    assertThat(business.explain(40))
        .anySatisfy(text -> assertThat(text).contains("% full").contains("of the control"))
        .anySatisfy(text -> assertThat(text).contains("on average").contains("of the control"));
  }
}
