/// The adapters on a real Kafka, PostgreSQL and traffic target.
@NullMarked
package io.lockkeeper.rollout.adapter;

import org.jspecify.annotations.NullMarked;
