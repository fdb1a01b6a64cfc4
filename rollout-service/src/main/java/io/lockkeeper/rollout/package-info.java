/// Decides how a release moves through its stages, and when it must go back. Runbook D1–D4, R1–R3.
@NullMarked
package io.lockkeeper.rollout;

import org.jspecify.annotations.NullMarked;
