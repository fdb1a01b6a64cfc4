package io.lockkeeper.notification.adapter;

import io.lockkeeper.notification.Bulletin;
import org.jboss.logging.Logger;

/// The built-in channel: the console here, and the rows of [FeedEntry]. It cannot fail, because
/// a row is written in the same transaction as the fact that says so.
final class FeedChannel implements Channel {

  private static final Logger LOG = Logger.getLogger("io.lockkeeper.feed");

  @Override
  public Delivery deliver(Bulletin bulletin) {
    LOG.infof("%s %s", bulletin.line(), bulletin.title());
    return new Delivery.Taken(Bulletin.FEED, null);
  }
}
