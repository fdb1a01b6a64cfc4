package io.lockkeeper.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The doc comments of the contract, read from its sources, so that the published document says
/// what they say.
final class Comments {

  private static final Pattern RECORD =
      Pattern.compile("((?: *///[^\\n]*\\n)+)(?: *@[^\\n]*\\n)* *record (\\w+)\\(");

  private Comments() {}

  /// The first paragraph of the comment on this event, on one line.
  static String of(Class<?> event) {
    String source = source(event.getDeclaringClass());
    Matcher records = RECORD.matcher(source);
    while (records.find()) {
      if (records.group(2).equals(event.getSimpleName())) {
        return firstParagraph(records.group(1));
      }
    }
    throw new IllegalStateException(event + " has no comment");
  }

  private static String firstParagraph(String comment) {
    StringBuilder text = new StringBuilder();
    for (String line : comment.split("\n", -1)) {
      String words = line.strip().replaceFirst("^///", "").strip();
      if (words.isEmpty() || words.startsWith("@")) {
        break;
      }
      text.append(text.isEmpty() ? "" : " ").append(words);
    }
    return text.toString().replaceAll("\\[(?:\\w+\\.)?(\\w+)]", "`$1`");
  }

  private static String source(Class<?> group) {
    try {
      return Files.readString(Golden.contractSources().resolve(group.getSimpleName() + ".java"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
