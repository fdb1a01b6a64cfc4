/// An adapter that the planted violations reach for.
@NullMarked
package io.lockkeeper.simulation.architecture.planted.adapter;

import org.jspecify.annotations.NullMarked;
