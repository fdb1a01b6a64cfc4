/// A whole Lockkeeper on one machine: where its files stand, and its processes.
@NullMarked
package io.lockkeeper.quickstart.local;

import org.jspecify.annotations.NullMarked;
