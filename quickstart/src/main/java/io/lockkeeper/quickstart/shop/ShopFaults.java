package io.lockkeeper.quickstart.shop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.quickstart.wire.Json;
import java.time.Duration;

/// What is wrong with a shop. Fractions are between 0 and 1.
///
/// @param errorRatio      fraction of requests that end in 500
/// @param slower          factor on every latency (1.2 is slower by 20 %)
/// @param slowTail        fraction of requests that take five times as long
/// @param lostOrders      fraction of checkouts that succeed and are not booked as an order
/// @param cheaper         fraction by which every order comes to less
/// @param refused         fraction of requests turned away with 503 before the shop counts them
/// @param lostConnections fraction of requests that never give their connection back
/// @param leakKilobytes   memory that each request keeps
/// @param workMillis      CPU time that each request needs more
/// @param only            the one path that all this is about; empty: every path
record ShopFaults(
    double errorRatio,
    double slower,
    double slowTail,
    double lostOrders,
    double cheaper,
    double refused,
    double lostConnections,
    double leakKilobytes,
    double workMillis,
    String only) {

  /// What a healthy shop has too.
  static final ShopFaults NONE = new ShopFaults(0.002, 1.0);

  private static final double MEDIAN_MILLIS = 12;
  private static final double SIGMA = 0.35;
  /// Before `slower` is applied: a tail, but none that outlasts anybody's patience.
  private static final double MAX_MILLIS = 120;
  private static final double TAIL = 5;
  private static final double MEDIAN_EUROS = 40;
  private static final double EUROS_SIGMA = 0.8;
  private static final double MOST_KILOBYTES = 1024;
  private static final double MOST_MILLIS = 1000;

  /// So many errors, so slow, and nothing else wrong.
  ShopFaults(double errorRatio, double slower) {
    this(errorRatio, slower, 0, 0, 0, 0, 0, 0, 0, "");
  }

  ShopFaults {
    fraction("errorRatio", errorRatio);
    fraction("slowTail", slowTail);
    fraction("lostOrders", lostOrders);
    fraction("cheaper", cheaper);
    fraction("refused", refused);
    fraction("lostConnections", lostConnections);
    within("slower is a factor", slower, 0.1, 100);
    within("leakKilobytes is", leakKilobytes, 0, MOST_KILOBYTES);
    within("workMillis is", workMillis, 0, MOST_MILLIS);
  }

  /// What is wrong on this path.
  ShopFaults at(String path) {
    return only.isEmpty() || only.equals(path) ? this : NONE;
  }

  /// How long a request takes, log-normal: `draw` is from the standard normal distribution.
  Duration latency(double draw) {
    return latency(draw, 1);
  }

  /// The same, `chance` being uniform in `0..1`: below [#slowTail] it is of the slow tail.
  Duration latency(double draw, double chance) {
    double millis = Math.min(MAX_MILLIS, MEDIAN_MILLIS * Math.exp(SIGMA * draw)) * slower;
    return Duration.ofNanos(Math.round(millis * 1e6 * (chance < slowTail ? TAIL : 1)));
  }

  /// What an order comes to, log-normal: `draw` is from the standard normal distribution.
  double euros(double draw) {
    return Math.round(100 * MEDIAN_EUROS * (1 - cheaper) * Math.exp(EUROS_SIGMA * draw)) / 100.0;
  }

  /// A change while the shop runs; what is absent stays as it is.
  ShopFaults changed(JsonNode change) throws Json.Malformed {
    ObjectNode all = (ObjectNode) Json.tree(Json.bytes(this));
    change.properties().forEach(one -> all.set(one.getKey(), one.getValue()));
    return Json.convert(all, ShopFaults.class);
  }

  private static void fraction(String name, double value) {
    within(name + " is", value, 0, 1);
  }

  private static void within(String what, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          String.format("%s between %s and %s, not %s", what, least, most, value));
    }
  }
}
