/// Brings up Lockkeeper on one machine: embedded Kafka and PostgreSQL, the services, a demo shop.
@NullMarked
package io.lockkeeper.quickstart;

import org.jspecify.annotations.NullMarked;
