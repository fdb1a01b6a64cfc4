/// How a pipeline asks for a release and learns how it ended: over the services' REST interfaces
/// alone, so that it works from anywhere.
@NullMarked
package io.lockkeeper.quickstart.ci;

import org.jspecify.annotations.NullMarked;
