/// What the processes of the quickstart share: signed JSON over loopback HTTP, files of JSON lines,
/// and how each process starts, says that it is ready and ends.
@NullMarked
package io.lockkeeper.quickstart.wire;

import org.jspecify.annotations.NullMarked;
