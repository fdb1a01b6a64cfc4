package io.lockkeeper.quickstart.demo;

import io.lockkeeper.runbook.Digest;
import java.nio.charset.StandardCharsets;

/// One version of the demo shop.
///
/// @param errorRatio the fraction of its requests that fail
/// @param slower     the factor on its latencies
public record Version(String name, double errorRatio, double slower) {

  private static final double USUAL_ERRORS = 0.002;
  private static final double FAULTY_ERRORS = 0.02;
  private static final double FAULTY_SLOWNESS = 1.2;

  /// A version as good as any before.
  public static Version good(String name) {
    return new Version(name, USUAL_ERRORS, 1);
  }

  /// A version with ten times the errors, and a fifth slower.
  public static Version bad(String name) {
    return new Version(name, FAULTY_ERRORS, FAULTY_SLOWNESS);
  }

  /// The digest of its artifact.
  public Digest digest() {
    return Digest.of(("demo/shop:" + name).getBytes(StandardCharsets.UTF_8));
  }
}
