package io.lockkeeper.notification.adapter;

import io.lockkeeper.notification.Bulletin;
import io.lockkeeper.notification.Bulletin.Kind;
import io.lockkeeper.notification.adapter.Channel.Delivery;
import io.lockkeeper.notification.adapter.WebhookSettings.Receiver;
import io.micrometer.core.instrument.Counter;
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

  /// How many messages are under way at once to one receiver; a slow one delays no other.
  private static final int AT_ONCE = 8;

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(WebhookChannel.TIMEOUT)
          .build();
  private final Routes channels;
  private final Routes trackers;

  /// A channel, who may use it now, and what was counted of it.
  private record Route(Channel channel, Semaphore places, Counter taken, Counter failed) {}

  /// The configured ones by name, and the feed for every other name.
  private record Routes(Map<String, Route> byName, Route feed) {

    Route of(String name) {
      return byName.getOrDefault(name, feed);
    }
  }

  Channels(
      WebhookSettings.Channels channels,
      WebhookSettings.Incidents incidents,
      MeterRegistry meters) {
    this.channels = routes("channel", channels.byName(), meters);
    this.trackers = routes("tracker", incidents.byName(), meters);
  }

  private Routes routes(String kind, Map<String, Receiver> receivers, MeterRegistry meters) {
    Map<String, Route> routes = new TreeMap<>();
    receivers.forEach(
        (name, receiver) ->
            routes.put(
                name,
                route(
                    kind,
                    name,
                    new WebhookChannel(
                        name, receiver.url(), receiver.secret(), client, Clock.systemUTC()),
                    meters)));
    Route feed = route(kind, Bulletin.FEED, new FeedChannel(), meters);
    routes.put(Bulletin.FEED, feed);
    return new Routes(routes, feed);
  }

  private static Route route(String kind, String name, Channel channel, MeterRegistry meters) {
    return new Route(
        channel,
        new Semaphore(AT_ONCE),
        counter(meters, kind, name, "taken"),
        counter(meters, kind, name, "failed"));
  }

  private static Counter counter(MeterRegistry meters, String kind, String name, String outcome) {
    return Counter.builder("lockkeeper.deliveries")
        .description("Messages handed to a receiver, by whether it took them")
        .tags("kind", kind, "name", name, "outcome", outcome)
        .register(meters);
  }

  /// Delivers the message to where it belongs.
  Delivery deliver(Bulletin bulletin) throws InterruptedException {
    Route route = (bulletin.kind() == Kind.INCIDENT ? trackers : channels).of(bulletin.channel());
    route.places().acquire();
    try {
      Delivery delivery = route.channel().deliver(bulletin);
      switch (delivery) {
        case Delivery.Taken _ -> route.taken().increment();
        case Delivery.Failed _ -> route.failed().increment();
      }
      return delivery;
    } finally {
      route.places().release();
    }
  }

  @PreDestroy
  void close() {
    client.shutdownNow();
  }
}
