package io.lockkeeper.notification.adapter;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithParentName;
import java.net.URI;
import java.util.Map;

/// Channels and incident trackers by the names that runbooks use. Messages go to these
/// addresses and nowhere else; no event can name one.
public final class WebhookSettings {

  private WebhookSettings() {}

  /// Deployment channels: `lockkeeper.channels.<name>.url` and `.secret`.
  @ConfigMapping(prefix = "lockkeeper.channels")
  public interface Channels {
    @WithParentName
    Map<String, Receiver> byName();
  }

  /// Incident trackers: `lockkeeper.incidents.<name>.url` and `.secret`.
  @ConfigMapping(prefix = "lockkeeper.incidents")
  public interface Incidents {
    @WithParentName
    Map<String, Receiver> byName();
  }

  /// One receiver of signed webhooks.
  public interface Receiver {

    /// Where messages are posted: `http` or `https`.
    URI url();

    /// What they are signed with: `whsec_` and base64 of 24 to 64 bytes.
    String secret();
  }
}
