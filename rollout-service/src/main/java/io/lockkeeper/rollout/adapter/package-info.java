/// Connects the rollout's decisions to Kafka, PostgreSQL, people and the traffic targets.
@NullMarked
package io.lockkeeper.rollout.adapter;

import org.jspecify.annotations.NullMarked;
