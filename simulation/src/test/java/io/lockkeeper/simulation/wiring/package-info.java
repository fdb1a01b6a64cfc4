/// The five services as the simulation runs them: the real deciders on the simulated platform, and
/// what their
/// adapters do to the world, in steps between which they may die.
@NullMarked
package io.lockkeeper.simulation.wiring;

import org.jspecify.annotations.NullMarked;
