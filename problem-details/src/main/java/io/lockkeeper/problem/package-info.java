/// Answers every failed REST call with an RFC 9457 problem document.
@NullMarked
package io.lockkeeper.problem;

import org.jspecify.annotations.NullMarked;
