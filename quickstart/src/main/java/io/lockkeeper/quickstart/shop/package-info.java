/// A small shop with real requests, so that a release has something to move: two versions of the
/// shop, the traffic target that splits requests between them, customers, and the receivers of
/// messages and incidents. Each is a process of its own.
@NullMarked
package io.lockkeeper.quickstart.shop;

import org.jspecify.annotations.NullMarked;
