/// Specifies the gate's decisions.
@NullMarked
package io.lockkeeper.gate;

import org.jspecify.annotations.NullMarked;
