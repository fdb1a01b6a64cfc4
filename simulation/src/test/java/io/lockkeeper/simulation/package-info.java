/// Runs the whole runbook on a virtual clock, with faults, and checks what must always hold.
@NullMarked
package io.lockkeeper.simulation;

import org.jspecify.annotations.NullMarked;
