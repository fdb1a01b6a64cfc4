@NullMarked
package io.lockkeeper.quickstart.ci;

import org.jspecify.annotations.NullMarked;
