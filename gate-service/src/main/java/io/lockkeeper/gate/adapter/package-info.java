/// Connects the gate's decisions to Kafka, PostgreSQL, runbook files, people and CI.
@NullMarked
package io.lockkeeper.gate.adapter;

import org.jspecify.annotations.NullMarked;
