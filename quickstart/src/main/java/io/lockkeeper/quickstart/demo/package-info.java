/// The demo: a shop with real traffic, and the stories of a good and of a bad release.
@NullMarked
package io.lockkeeper.quickstart.demo;

import org.jspecify.annotations.NullMarked;
