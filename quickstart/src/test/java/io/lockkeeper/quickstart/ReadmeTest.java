package io.lockkeeper.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.quickstart.demo.ReleaseRequests;
import io.lockkeeper.quickstart.demo.Version;
import io.lockkeeper.quickstart.local.Layout;
import io.lockkeeper.quickstart.local.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What the README tells a newcomer is what happens.
class ReadmeTest {

  private static final Path HOME = Path.of(System.getenv("LOCKKEEPER_HOME"));

  @Test
  @DisplayName("The example request asks for the version that ./lockkeeper up --shop has ready")
  void exampleRequest() throws IOException {
    assertThat(Files.readString(HOME.resolve("docs/release-request.json")))
        .isEqualTo(ReleaseRequests.body(Version.good("1.5.0"), Version.good("1.4.2")));
  }

  @Test
  @DisplayName("The ports in the README are those of a local installation")
  void ports() throws IOException {
    String readme = Files.readString(HOME.resolve("README.md"));
    Layout layout = new Layout(HOME, HOME, Layout.BASE_PORT);
    assertThat(readme)
        .contains("--bootstrap-server " + layout.kafka())
        .contains(layout.url(Part.AUDIT) + "/releases")
        .contains(layout.url(Part.GATE) + "/releases/$ID")
        .contains(layout.url(Part.ROLLOUT) + "/rollouts/$ID/abort");
  }

  @Test
  @DisplayName(
      "The release's id can be computed as the README says: UUIDv5 of source, line feed, id")
  void releaseId() throws IOException {
    assertThat(Files.readString(HOME.resolve("README.md")))
        .contains(ReleaseId.NAMESPACE.toString());
    // Python: uuid.uuid5(NAMESPACE, "https://ci.example/demo/shop\nbuild-412")
    assertThat(ReleaseId.of("https://ci.example/demo/shop", "build-412").value())
        .isEqualTo("60d3b1f7-69f8-5ce3-9815-719437f3f1da");
  }
}
