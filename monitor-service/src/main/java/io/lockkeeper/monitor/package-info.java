/// Says what it sees of a release: baseline, verdicts, breaches, lost telemetry. Runbook G2, D4,
/// M1–M3, R1.
@NullMarked
package io.lockkeeper.monitor;

import org.jspecify.annotations.NullMarked;
