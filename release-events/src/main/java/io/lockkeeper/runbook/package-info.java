/// The runbook as a team writes it down, what CI asks for, and the words of both: lines, digests,
/// verdicts, choices. Sections are the runbook's own.
@NullMarked
package io.lockkeeper.runbook;

import org.jspecify.annotations.NullMarked;
