package io.lockkeeper.notification.adapter;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/// A chat and an incident tracker on free ports, configured as `chat` and `tracker`.
public final class WebhookReceivers implements QuarkusTestResourceLifecycleManager {

  static final String SECRET = "whsec_" + "c2VjcmV0LW9mLWF0LWxlYXN0LTI0LWJ5dGVz";

  static final WireMockServer CHAT = server();
  static final WireMockServer TRACKER = server();

  private static WireMockServer server() {
    return new WireMockServer(
        WireMockConfiguration.wireMockConfig().bindAddress("127.0.0.1").dynamicPort());
  }

  @Override
  public Map<String, String> start() {
    CHAT.start();
    TRACKER.start();
    return Map.of(
        "lockkeeper.channels.chat.url",
        "http://127.0.0.1:" + CHAT.port() + "/messages",
        "lockkeeper.channels.chat.secret",
        SECRET,
        "lockkeeper.incidents.tracker.url",
        "http://127.0.0.1:" + TRACKER.port() + "/incidents",
        "lockkeeper.incidents.tracker.secret",
        SECRET);
  }

  @Override
  public void stop() {
    CHAT.stop();
    TRACKER.stop();
  }
}
