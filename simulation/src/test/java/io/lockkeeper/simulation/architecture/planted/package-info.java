/// Everything that the architecture refuses, planted so that the rules can be seen to find it.
@NullMarked
package io.lockkeeper.simulation.architecture.planted;

import org.jspecify.annotations.NullMarked;
