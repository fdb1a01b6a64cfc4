/// Releases of the demo shop with real requests, judged as monitor-service judges them.
@NullMarked
package io.lockkeeper.monitor.shop;

import org.jspecify.annotations.NullMarked;
