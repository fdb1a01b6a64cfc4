/// M3: asks Alertmanager, Prometheus, Grafana and the service itself.
@NullMarked
package io.lockkeeper.monitor.observability.adapter;

import org.jspecify.annotations.NullMarked;
