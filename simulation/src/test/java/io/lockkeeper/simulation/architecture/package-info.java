/// What may import what, and what decisions may not do; each rule beside a planted violation that
/// it must find.
@NullMarked
package io.lockkeeper.simulation.architecture;

import org.jspecify.annotations.NullMarked;
