/// Tests of the arithmetic of error budgets.
@NullMarked
package io.lockkeeper.monitor.budget;

import org.jspecify.annotations.NullMarked;
