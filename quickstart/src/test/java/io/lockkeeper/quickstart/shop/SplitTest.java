package io.lockkeeper.quickstart.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitTest {

  @ParameterizedTest(name = "{0} %")
  @ValueSource(ints = {0, 1, 5, 10, 33, 50, 99, 100})
  @DisplayName("D3: of 10,000 requests the candidate gets exactly its weight")
  void exact(int weight) {
    Split split = new Split();
    split.shift(weight);
    assertThat(candidateOf(split, 10_000)).isEqualTo(10_000 * weight / 100);
  }

  @ParameterizedTest(name = "{0} %")
  @ValueSource(ints = {1, 7, 50, 93})
  @DisplayName("D3: the share is right at every moment, not only in the end")
  void even(int weight) {
    Split split = new Split();
    split.shift(weight);
    int candidate = 0;
    for (int requests = 1; requests <= 1_000; requests++) {
      candidate += split.candidateNext() ? 1 : 0;
      assertThat((double) candidate)
          .isBetween(requests * weight / 100.0 - 1, requests * weight / 100.0);
    }
  }

  @Test
  @DisplayName("D3: a customer stays with a version, and with the candidate while the weight grows")
  void sticky() {
    Split split = new Split();
    List<String> customers =
        IntStream.range(0, 2_000).mapToObj(number -> "customer-" + number).toList();
    List<String> before = List.of();
    for (int weight : new int[] {1, 10, 50, 100}) {
      split.shift(weight);
      List<String> now = customers.stream().filter(split::candidateHas).toList();
      assertThat(now).isEqualTo(customers.stream().filter(split::candidateHas).toList());
      assertThat(now).containsAll(before);
      assertThat(now.size() / 20.0).isBetween(weight - 3.0, weight + 3.0);
      before = now;
    }
    split.shift(0);
    assertThat(customers).noneMatch(split::candidateHas);
  }

  @Test
  @DisplayName("R2: back at 0 the candidate gets nothing, whatever it was still owed")
  void nothingAtZero() {
    Split split = new Split();
    for (int weight = 1; weight <= 99; weight++) {
      split.shift(weight);
      candidateOf(split, weight);
      split.shift(0);
      assertThat(candidateOf(split, 200)).isZero();
    }
  }

  @Test
  @DisplayName("D3: a weight outside 0 to 100 is refused and changes nothing")
  void refused() {
    Split split = new Split();
    split.shift(40);
    assertThatIllegalArgumentException().isThrownBy(() -> split.shift(101));
    assertThatIllegalArgumentException().isThrownBy(() -> split.shift(-1));
    assertThat(split.weight()).isEqualTo(40);
  }

  private static int candidateOf(Split split, int requests) {
    int candidate = 0;
    for (int i = 0; i < requests; i++) {
      candidate += split.candidateNext() ? 1 : 0;
    }
    return candidate;
  }
}
