/// Tests the gate on real Kafka and PostgreSQL.
@NullMarked
package io.lockkeeper.gate.adapter;

import org.jspecify.annotations.NullMarked;
