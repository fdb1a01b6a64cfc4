/// The packaged services as processes, on a real Kafka and PostgreSQL, with a real shop under real
/// traffic.
@NullMarked
package io.lockkeeper.simulation.system;

import org.jspecify.annotations.NullMarked;
