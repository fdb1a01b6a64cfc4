package io.lockkeeper.monitor;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.ReleaseRequest.Artifact;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What CI asks for in these tests.
public final class Requests {

  private Requests() {}

  /// Version 2.0.0 of the shop, while 1.9.0 is in production.
  public static ReleaseRequest ofShop() {
    return ofShop(artifact("1.9.0"));
  }

  /// Version 2.0.0 of the shop, of which nothing runs yet.
  public static ReleaseRequest first() {
    return ofShop(null);
  }

  private static ReleaseRequest ofShop(@Nullable Artifact stable) {
    return new ReleaseRequest(
        "demo/shop",
        "production",
        "2.0.0",
        "standard",
        artifact("2.0.0"),
        stable,
        "ci",
        "a release",
        List.of("team"),
        false,
        stable == null,
        null,
        new ReleaseRequest.Source("repository", "c0ffee", "main", List.of("ada")),
        List.of(),
        null,
        null,
        List.of());
  }

  private static Artifact artifact(String version) {
    return new Artifact("pkg:oci/shop", Digest.of(version.getBytes(UTF_8)), version);
  }
}
