/// Reads cases and says what the judge makes of them: files and the command line. Runbook M2, M4.
@NullMarked
package io.lockkeeper.monitor.backtest.adapter;

import org.jspecify.annotations.NullMarked;
