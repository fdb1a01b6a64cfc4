/// What the services act upon and hear from: the target, the channel, telemetry. It applies late,
/// twice,
/// partly and wrongly, but never outside of what its kind promises.
@NullMarked
package io.lockkeeper.simulation.world;

import org.jspecify.annotations.NullMarked;
