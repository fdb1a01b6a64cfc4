/// The ledger and the log over REST, on a real topic and a real database.
@NullMarked
package io.lockkeeper.audit.adapter;

import org.jspecify.annotations.NullMarked;
