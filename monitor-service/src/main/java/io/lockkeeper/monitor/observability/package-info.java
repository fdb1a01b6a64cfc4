/// M3: whether an alert of the deployed version would reach somebody. Decides from what
/// Alertmanager and Prometheus say of themselves; asks nobody.
@NullMarked
package io.lockkeeper.monitor.observability;

import org.jspecify.annotations.NullMarked;
