package io.lockkeeper.notification.adapter;

import io.lockkeeper.notification.Bulletin;
import io.lockkeeper.notification.Bulletin.Kind;
import io.lockkeeper.notification.adapter.Channel.Delivery;
import io.lockkeeper.notification.adapter.WebhookSettings.Receiver;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.net.http.HttpClient;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;

/// Every channel and tracker by its configured name. A message for a name that nobody
/// configured goes to the feed, which shows whom it was meant for.
///
/// A bad address or secret ends the start of the service, with the name of the receiver.
@Startup
@Singleton
public class Channels {

  /// How many messages are under way at once.
  private static final int AT_ONCE = 16;

  private final HttpClient client = HttpClient.newBuilder()
      .version(HttpClient.Version.HTTP_1_1)
      .followRedirects(HttpClient.Redirect.NEVER)
      .connectTimeout(WebhookChannel.TIMEOUT)
      .build();
  private final Semaphore places = new Semaphore(AT_ONCE);
  private final Channel feed = new FeedChannel();
  private final Map<String, Channel> channels;
  private final Map<String, Channel> trackers;
  private final MeterRegistry meters;

  Channels(
      WebhookSettings.Channels channels,
      WebhookSettings.Incidents incidents,
      MeterRegistry meters) {
    this.channels = receivers(channels.byName());
    this.trackers = receivers(incidents.byName());
    this.meters = meters;
  }

  private Map<String, Channel> receivers(Map<String, Receiver> settings) {
    Map<String, Channel> receivers = new TreeMap<>();
    settings.forEach((name, receiver) -> receivers.put(
        name,
        new WebhookChannel(name, receiver.url(), receiver.secret(), client, Clock.systemUTC())));
    receivers.put(Bulletin.FEED, feed);
    return receivers;
  }

  /// Delivers the message to where it belongs.
  Delivery deliver(Bulletin bulletin) throws InterruptedException {
    Map<String, Channel> known = bulletin.kind() == Kind.INCIDENT ? trackers : channels;
    places.acquire();
    try {
      Delivery delivery = known.getOrDefault(bulletin.channel(), feed).deliver(bulletin);
      count(bulletin, delivery);
      return delivery;
    } finally {
      places.release();
    }
  }

  private void count(Bulletin bulletin, Delivery delivery) {
    String kind = bulletin.kind() == Kind.INCIDENT ? "tracker" : "channel";
    switch (delivery) {
      case Delivery.Taken taken ->
        meters
            .counter("lockkeeper.deliveries", kind, taken.channel(), "outcome", "taken")
            .increment();
      // A name from a runbook is a label only when it is configured: labels must stay few.
      case Delivery.Failed _ ->
        meters
            .counter("lockkeeper.deliveries", kind, bulletin.channel(), "outcome", "failed")
            .increment();
    }
  }

  @PreDestroy
  void close() {
    client.shutdownNow();
  }
}
