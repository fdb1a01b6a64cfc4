/// Keeps the deployment log: every fact of every release, in order. Runbook D5, M4, P2, P3.
@NullMarked
package io.lockkeeper.audit;

import org.jspecify.annotations.NullMarked;
