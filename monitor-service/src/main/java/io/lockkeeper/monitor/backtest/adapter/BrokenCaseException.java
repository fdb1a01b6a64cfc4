package io.lockkeeper.monitor.backtest.adapter;

/// A document that is no case. Says which field is wrong, as a JSON pointer, and why.
public final class BrokenCaseException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final String field;

  /// What is wrong where.
  ///
  /// @param field  JSON pointer of the field; empty for the whole document
  /// @param detail what it must be, in words
  public BrokenCaseException(String field, String detail) {
    super((field.isEmpty() ? "the document" : field) + ": must be " + detail);
    this.field = field;
  }

  /// JSON pointer of the field that is wrong; empty for the whole document.
  public String field() {
    return field;
  }
}
