/// What must hold in every run, each quoting the line that asks for it.
@NullMarked
package io.lockkeeper.simulation.invariant;

import org.jspecify.annotations.NullMarked;
