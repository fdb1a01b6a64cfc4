package io.lockkeeper.quickstart.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lockkeeper.quickstart.local.LocalStack;
import io.lockkeeper.quickstart.wire.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Keeps the shop ready for another release: a version that is verified becomes the one that runs,
/// and the next one is put beside it, with the request for its release in a file.
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
    List<String> verified = audit.verified(SERVICE);
    Version running = Version.good(verified.isEmpty() ? FIRST : verified.getFirst());
    DemoShop shop = DemoShop.open(stack, running);
    NextVersions versions =
        new NextVersions(
            shop,
            audit,
            stack.layout().data().resolve("release-request.json"),
            Version.good(after(running.name())));
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

  /// Moves on when the candidate is verified.
  ///
  /// @return whether it was
  public boolean moveOn() throws IOException, InterruptedException {
    if (!audit.verified(SERVICE).contains(candidate.name())) {
      return false;
    }
    shop.promote(candidate);
    candidate = Version.good(after(candidate.name()));
    prepare();
    return true;
  }

  private void prepare() throws IOException, InterruptedException {
    shop.prepare(candidate);
    new AtomicFile(requestFile)
        .write(ReleaseRequests.body(candidate, shop.stable()).getBytes(UTF_8));
  }

  /// The next minor version.
  static String after(String version) {
    String[] parts = version.split("\\.");
    return parts[0] + "." + (Integer.parseInt(parts[1]) + 1) + ".0";
  }
}
