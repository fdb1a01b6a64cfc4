package io.lockkeeper.quickstart.shop;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/// Which of two versions gets the next request, exactly by weight and without chance: what the
/// candidate is owed grows by the weight with every request, and at a whole request it is paid.
/// After n requests at one weight the candidate has had n × weight / 100, rounded to a neighbour.
///
/// Thread-safe: once [#shift] has returned, no request is given by the old weight.
public final class Split {

  /// All requests, in the unit of a weight.
  public static final int WHOLE = 100;

  private int weight;
  private int owed;

  /// All requests go to the stable version.
  public Split() {}

  /// Sets the candidate's share in percent, 0 to 100.
  public synchronized void shift(int newWeight) {
    if (newWeight < 0 || newWeight > WHOLE) {
      throw new IllegalArgumentException("A weight is between 0 and 100, not " + newWeight);
    }
    weight = newWeight;
  }

  /// The candidate's share in percent.
  public synchronized int weight() {
    return weight;
  }

  /// Whether the candidate gets this customer's requests; else the stable version does. It is the
  /// same for all requests of a customer at one weight, and who has the candidate keeps it while
  /// the weight grows. Of many customers the candidate has its weight, of few only roughly.
  public synchronized boolean candidateHas(String customer) {
    CRC32 place = new CRC32();
    place.update(customer.getBytes(StandardCharsets.UTF_8));
    return place.getValue() % WHOLE < weight;
  }

  /// Whether the candidate gets this request; else the stable version does.
  public synchronized boolean candidateNext() {
    owed += weight;
    if (owed < WHOLE) {
      return false;
    }
    owed -= WHOLE;
    return true;
  }
}
