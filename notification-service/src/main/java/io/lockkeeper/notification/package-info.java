/// Tells people what happens to a release, once. Runbook D1, R4, R5, C1–C3, P1, P4.
@NullMarked
package io.lockkeeper.notification;

import org.jspecify.annotations.NullMarked;
