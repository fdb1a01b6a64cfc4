package io.lockkeeper.monitor.backtest.adapter;

/// A document that is no case, or no settings for one. Says which field is wrong, as a JSON
/// pointer, and why.
public final class BrokenDocumentException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final String field;
  private final String detail;

  /// What is wrong where.
  ///
  /// @param field  JSON pointer of the field; empty for the whole document
  /// @param detail what it must be, in words
  public BrokenDocumentException(String field, String detail) {
    super((field.isEmpty() ? "the document" : field) + ": must be " + detail);
    this.field = field;
    this.detail = "must be " + detail;
  }

  /// JSON pointer of the field that is wrong; empty for the whole document.
  public String field() {
    return field;
  }

  /// What it must be, in words.
  public String detail() {
    return detail;
  }
}
