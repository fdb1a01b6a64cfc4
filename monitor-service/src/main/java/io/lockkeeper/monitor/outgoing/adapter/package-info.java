/// How monitor-service calls what a runbook names: within what the operators allow, and bounded.
@NullMarked
package io.lockkeeper.monitor.outgoing.adapter;

import org.jspecify.annotations.NullMarked;
