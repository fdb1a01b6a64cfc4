/// The runbook as a team writes it down, and what CI asks for. Sections are the runbook's own.
@NullMarked
package io.lockkeeper.runbook;

import org.jspecify.annotations.NullMarked;
