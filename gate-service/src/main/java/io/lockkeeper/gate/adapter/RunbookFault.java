package io.lockkeeper.gate.adapter;

/// What is wrong with a runbook file, and where.
///
/// @param line from 1; 0 for the file as a whole
record RunbookFault(String file, int line, String reason) {

  @Override
  public String toString() {
    return file + (line == 0 ? "" : ":" + line) + ": " + reason;
  }
}
