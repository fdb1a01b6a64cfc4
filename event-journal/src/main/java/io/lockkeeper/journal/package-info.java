/// Keeps the facts of each release in PostgreSQL, sends them to Kafka in order, and rings alarms.
@NullMarked
package io.lockkeeper.journal;

import org.jspecify.annotations.NullMarked;
