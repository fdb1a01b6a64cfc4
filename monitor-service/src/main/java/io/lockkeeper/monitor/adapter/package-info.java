/// The outside of monitor-service: reads metrics, keeps looks, listens to the topic, answers
/// people.
@NullMarked
package io.lockkeeper.monitor.adapter;

import org.jspecify.annotations.NullMarked;
