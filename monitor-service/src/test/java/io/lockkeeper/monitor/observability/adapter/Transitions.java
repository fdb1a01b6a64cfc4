package io.lockkeeper.monitor.observability.adapter;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.monitor.observability.Transition;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.ReleaseRequest;
import java.time.Instant;
import java.util.List;

/// The release of demo/shop 2.0.0 to production that these tests are about.
final class Transitions {

  private Transitions() {}

  static Transition of(String release, Instant started, Instant completed) {
    return new Transition(new ReleaseId(release), request(), "1.9.0", started, completed);
  }

  private static ReleaseRequest request() {
    return new ReleaseRequest(
        "demo/shop",
        "production",
        "2.0.0",
        "standard",
        artifact("2.0.0"),
        artifact("1.9.0"),
        "ci",
        "a release",
        List.of(),
        false,
        false,
        null,
        new ReleaseRequest.Source("repository", "c0ffee", "main", List.of()),
        List.of(),
        null,
        null,
        List.of());
  }

  private static ReleaseRequest.Artifact artifact(String version) {
    return new ReleaseRequest.Artifact("pkg:oci/shop", Digest.of(new byte[0]), version);
  }
}
