/// Decides how a release moves through its stages, and when it must go back.
@NullMarked
package io.lockkeeper.rollout;

import org.jspecify.annotations.NullMarked;
