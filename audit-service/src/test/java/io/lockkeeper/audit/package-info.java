/// The deployment log, as facts in and sentences, coverage and documents out.
@NullMarked
package io.lockkeeper.audit;

import org.jspecify.annotations.NullMarked;
