package io.lockkeeper.monitor.observability.adapter;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.monitor.Requests;
import io.lockkeeper.monitor.observability.Transition;
import java.time.Instant;

/// The release of demo/shop 2.0.0 to production that these tests are about.
final class Transitions {

  private Transitions() {}

  static Transition of(String release, Instant started, Instant completed) {
    return new Transition(new ReleaseId(release), Requests.ofShop(), "1.9.0", started, completed);
  }
}
