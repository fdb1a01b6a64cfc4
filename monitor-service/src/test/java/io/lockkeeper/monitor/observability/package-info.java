@NullMarked
package io.lockkeeper.monitor.observability;

import org.jspecify.annotations.NullMarked;
