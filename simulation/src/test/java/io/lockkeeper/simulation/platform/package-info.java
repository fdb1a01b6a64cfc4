/// What the services run on, in one thread: a virtual clock, a topic, databases, replicas that
/// crash.
@NullMarked
package io.lockkeeper.simulation.platform;

import org.jspecify.annotations.NullMarked;
