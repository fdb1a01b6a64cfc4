/// Judges recorded telemetry again: a recorded case goes through the same judge as a release that
/// is live. Runbook M2, M4. Pure: no clock, no files.
@NullMarked
package io.lockkeeper.monitor.backtest;

import org.jspecify.annotations.NullMarked;
