/// Recorded cases, read and judged. Runbook M2, M4.
@NullMarked
package io.lockkeeper.monitor.backtest.adapter;

import org.jspecify.annotations.NullMarked;
