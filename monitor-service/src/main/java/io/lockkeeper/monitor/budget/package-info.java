/// Error budgets: what remains of them, how fast they burn, and whether they can pay for what a
/// release does next. Pure. Runbook G2, D4, R1.
@NullMarked
package io.lockkeeper.monitor.budget;

import org.jspecify.annotations.NullMarked;
