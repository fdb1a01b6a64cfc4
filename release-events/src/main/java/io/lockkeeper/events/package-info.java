/// The contract: every fact that the services exchange, and what one fact looks like on the wire.
@NullMarked
package io.lockkeeper.events;

import org.jspecify.annotations.NullMarked;
