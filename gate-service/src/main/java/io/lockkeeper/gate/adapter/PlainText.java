package io.lockkeeper.gate.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

/// Text that every column and every header can keep.
final class PlainText {

  private static final int LONGEST = 1000;

  private PlainText() {}

  /// This text without control characters and halves of characters, cut at 1,000 characters.
  static String of(String text) {
    String whole = new String(text.getBytes(UTF_8), UTF_8).replaceAll("\\p{Cc}", " ");
    return whole.length() <= LONGEST ? whole : whole.substring(0, LONGEST - 1) + "…";
  }

  /// Whether the text has nothing in it but characters, line ends and tabs.
  static boolean isPlain(String text) {
    return UTF_8.newEncoder().canEncode(text)
        && text.chars()
            .noneMatch(it -> Character.isISOControl(it) && it != '\n' && it != '\r' && it != '\t');
  }
}
