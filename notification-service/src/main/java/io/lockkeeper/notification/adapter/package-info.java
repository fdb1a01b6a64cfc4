/// Carries messages to people: the topic, the channels and trackers, the feed, and what REST
/// shows of them.
@NullMarked
package io.lockkeeper.notification.adapter;

import org.jspecify.annotations.NullMarked;
