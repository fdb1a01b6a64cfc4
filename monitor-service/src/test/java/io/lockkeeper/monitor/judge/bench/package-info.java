/// Runs the judge on recorded benchmark cases. Runbook M2.
@NullMarked
package io.lockkeeper.monitor.judge.bench;

import org.jspecify.annotations.NullMarked;
