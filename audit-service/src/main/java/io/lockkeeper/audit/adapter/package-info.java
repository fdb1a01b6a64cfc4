/// Keeps the ledger, a projection of the topic and of nothing else, and shows the deployment
/// log.
@NullMarked
package io.lockkeeper.audit.adapter;

import org.jspecify.annotations.NullMarked;
