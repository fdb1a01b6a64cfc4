/// Decides whether a release may start, and whether it still may. Runbook PRE1–PRE4, G1–G4.
@NullMarked
package io.lockkeeper.gate;

import org.jspecify.annotations.NullMarked;
