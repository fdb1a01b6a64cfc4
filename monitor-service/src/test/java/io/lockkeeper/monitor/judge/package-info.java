/// Holds the judge to what it promises: its bounds, its speed, its states. Runbook D4, M1, M2, R1.
@NullMarked
package io.lockkeeper.monitor.judge;

import org.jspecify.annotations.NullMarked;
