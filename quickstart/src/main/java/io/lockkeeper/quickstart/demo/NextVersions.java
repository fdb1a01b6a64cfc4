package io.lockkeeper.quickstart.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lockkeeper.events.Outcome;
import io.lockkeeper.quickstart.demo.AuditClient.Ended;
import io.lockkeeper.quickstart.local.LocalStack;
import io.lockkeeper.quickstart.wire.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Keeps the shop ready for another release: a version that is verified becomes the one that runs,
/// and after it, or after one that was taken back, the next one is put beside it, with the request
/// for its release in a file.
public final class NextVersions {

  private static final String FIRST = "1.4.2";
  private static final String SERVICE = "demo/shop";

  private final DemoShop shop;
  private final AuditClient audit;
  private final Path requestFile;
  private Version candidate;

  private NextVersions(DemoShop shop, AuditClient audit, Path requestFile, Version candidate) {
    this.shop = shop;
    this.audit = audit;
    this.requestFile = requestFile;
    this.candidate = candidate;
  }

  /// Opens the shop with what was verified last, 1.4.2 at first, and gets the next version ready.
  public static NextVersions open(LocalStack stack, AuditClient audit)
      throws IOException, InterruptedException {
    List<Ended> ended = audit.ended(SERVICE);
    Version running = Version.good(running(ended));
    DemoShop shop = DemoShop.open(stack, running);
    NextVersions versions =
        new NextVersions(
            shop,
            audit,
            stack.layout().data().resolve("release-request.json"),
            Version.good(next(running.name(), ended)));
    versions.prepare();
    return versions;
  }

  /// The version that is ready to be released.
  public Version candidate() {
    return candidate;
  }

  /// The version that runs.
  public Version running() {
    return shop.stable();
  }

  /// Where the request for the release of [#candidate] is.
  public Path requestFile() {
    return requestFile;
  }

  /// Moves on when the candidate is verified, or taken back. Where going back failed it stays: it
  /// may serve requests still.
  ///
  /// @return whether it moved on
  public boolean moveOn() throws IOException, InterruptedException {
    List<Ended> ended = audit.ended(SERVICE);
    Optional<Outcome> outcome =
        ended.stream()
            .filter(release -> release.version().equals(candidate.name()))
            .map(Ended::outcome)
            .findFirst();
    if (outcome.isEmpty() || outcome.get() == Outcome.ROLLBACK_FAILED) {
      return false;
    }
    if (outcome.get() == Outcome.VERIFIED) {
      shop.promote(candidate);
    }
    candidate = Version.good(next(candidate.name(), ended));
    prepare();
    return true;
  }

  private void prepare() throws IOException, InterruptedException {
    shop.prepare(candidate);
    new AtomicFile(requestFile)
        .write(ReleaseRequests.body(candidate, shop.stable()).getBytes(UTF_8));
  }

  /// The version that runs when these releases have ended, the newest first.
  static String running(List<Ended> ended) {
    return ended.stream()
        .filter(release -> release.outcome() == Outcome.VERIFIED)
        .map(Ended::version)
        .findFirst()
        .orElse(FIRST);
  }

  /// The first version after this one that was not released yet: one that was taken back is
  /// quarantined.
  static String next(String version, List<Ended> ended) {
    Set<String> released = ended.stream().map(Ended::version).collect(Collectors.toSet());
    return Stream.iterate(after(version), NextVersions::after)
        .filter(next -> !released.contains(next))
        .findFirst()
        .orElseThrow();
  }

  /// The next minor version.
  private static String after(String version) {
    String[] parts = version.split("\\.");
    return parts[0] + "." + (Integer.parseInt(parts[1]) + 1) + ".0";
  }
}
