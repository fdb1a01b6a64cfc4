package io.lockkeeper.monitor.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.MonitorEvent.ObservabilityCheck;
import io.lockkeeper.monitor.Requests;
import io.lockkeeper.runbook.Observability.Alerting;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AlertReviewTest {

  private static final URI ANY = URI.create("http://127.0.0.1:1");
  private static final AlertRule ERRORS =
      new AlertRule("ShopErrors", Map.of("severity", "page"), "ok", "");
  private static final Route TREE =
      route(
              "nobody",
              "",
              route("watchers", "team=demo").goingOn(),
              route("shop", "service=\"demo/shop\"", route("oncall", "severity=page")).goingOn(),
              route("all", "environment=~\"prod.*\""))
          .node();

  @Test
  @DisplayName("M3: a route is the deepest match, and goes on to siblings where it says so")
  void tree() {
    assertThat(TREE.receivers(Map.of())).containsExactly("nobody");
    assertThat(TREE.receivers(Map.of("service", "demo/shop"))).containsExactly("shop");
    assertThat(
            TREE.receivers(
                Map.of(
                    "team", "demo",
                    "service", "demo/shop",
                    "severity", "page",
                    "environment", "production")))
        .containsExactly("watchers", "oncall", "all");
  }

  @Test
  @DisplayName("M3: an alert that exists, reaches somebody and is not silenced is confirmed")
  void confirmed() {
    List<ObservabilityCheck> checks = review(null, List.of(ERRORS));

    assertThat(checks).allMatch(ObservabilityCheck::confirmed);
    assertThat(checks)
        .extracting(check -> check.subject() + ": " + check.found())
        .containsExactly(
            "alert rule ShopErrors: is evaluated",
            "route of ShopErrors: ends at oncall, all",
            "silences on ShopErrors: none");
  }

  @Test
  @DisplayName("M3: an alert that is missing, broken or not evaluated yet is not confirmed")
  void rules() {
    assertThat(review(null, List.of()))
        .containsExactly(not("alert rule ShopErrors", "Prometheus has no such rule"));
    AlertRule broken = new AlertRule("ShopErrors", Map.of(), "err", "no such function");
    assertThat(review(null, List.of(ERRORS, broken)))
        .contains(not("alert rule ShopErrors", "its health is err no such function"));
  }

  @Test
  @DisplayName("M3: an alert whose receiver is empty, or another one than asked, is not confirmed")
  void receivers() {
    AlertRule ticket = new AlertRule("ShopErrors", Map.of("environment", "test"), "ok", "");
    assertThat(review(null, List.of(ticket)))
        .contains(not("route of ShopErrors", "ends at shop (empty)"));
    assertThat(review("oncall", List.of(ERRORS))).allMatch(ObservabilityCheck::confirmed);
    assertThat(review("shop", List.of(ERRORS)))
        .contains(not("route of ShopErrors", "ends at oncall, all, not shop"));
    // One alert of the two would not arrive.
    assertThat(review("oncall", List.of(ERRORS, ticket)))
        .contains(not("route of ShopErrors", "ends at oncall, all, shop (empty), not oncall"));
  }

  @Test
  @DisplayName("M3: a silence that hides an alert is named; one that hides other alerts is not")
  void silences() {
    assertThat(
            review(
                null,
                List.of(ERRORS),
                silence("s1", "service=\"demo/shop\"", "alertname=~\".*Errors\""),
                silence("s2", "service=\"demo/shop\"", "instance=\"a\""),
                silence("s3", "service!=\"demo/shop\"")))
        .contains(not("silences on ShopErrors", "silence s1 by kim: migration"));
  }

  @Test
  @DisplayName("M3: what a rule makes of a sample is not guessed at")
  void templates() {
    AlertRule templated =
        new AlertRule("ShopErrors", Map.of("service", "{{ $labels.job }}"), "ok", "");
    assertThat(review(null, List.of(templated), silence("s1", "service=\"demo/shop\"")))
        .anySatisfy(check -> assertThat(check.found()).isEqualTo("none"));
  }

  private static ObservabilityCheck not(String subject, String found) {
    return new ObservabilityCheck(ObservabilityCheck.Aspect.ALERTING, subject, false, found);
  }

  private static List<ObservabilityCheck> review(
      @Nullable String receiver, List<AlertRule> rules, Silence... silences) {
    Alerting asked =
        new Alerting(
            ANY,
            ANY,
            Map.of("service", "{{service}}", "environment", "{{environment}}"),
            List.of("ShopErrors"),
            receiver);
    return new AlertReview(
            asked,
            Requests.ofShop(),
            new Routing(TREE, Set.of("watchers", "oncall", "all")),
            rules,
            List.of(silences))
        .checks();
  }

  private static Silence silence(String id, String... matchers) {
    return new Silence(
        id,
        Arrays.stream(matchers).flatMap(text -> read(text).stream()).toList(),
        "kim",
        "migration");
  }

  private static List<Matcher> read(String text) {
    return new MatcherSyntax(MatcherSyntaxTest.RE2).read(text);
  }

  /// A node, to be written down shortly.
  private record Node(Route node) {
    Node goingOn() {
      return new Node(new Route(node.receiver(), node.matchers(), true, node.routes()));
    }
  }

  private static Node route(String receiver, String matchers, Node... below) {
    return new Node(
        new Route(receiver, read(matchers), false, Arrays.stream(below).map(Node::node).toList()));
  }
}
