/// Judges a candidate against what runs beside it or ran before it: from raw counters to a verdict
/// with its numbers, one look at a time. Runbook D4, M1, M2, R1. Pure: no clock, no randomness, no
/// I/O; the same samples give the same numbers, bit for bit.
@NullMarked
package io.lockkeeper.monitor.judge;

import org.jspecify.annotations.NullMarked;
