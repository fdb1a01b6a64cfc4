/// The journal's promises as tests, and what services need to test on a real platform.
@NullMarked
package io.lockkeeper.journal;

import org.jspecify.annotations.NullMarked;
