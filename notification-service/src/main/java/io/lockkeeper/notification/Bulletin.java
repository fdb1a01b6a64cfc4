package io.lockkeeper.notification;

import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.runbook.RunbookLine;
import java.util.List;

/// One message to people about one release, complete as it is sent. Its release is its thread
/// (C1).
///
/// @param line    the runbook line that asks for it
/// @param key     names the message for good: `<release>:<what>`, never random, so that a
///                message sent twice is told apart from two messages
/// @param channel where it goes, by the name that the runbook uses
/// @param title   one line, at most [#TITLE_LENGTH] characters
/// @param text    plain text, at most [#TEXT_LENGTH] characters
public record Bulletin(
    ReleaseId release,
    String service,
    String environment,
    String version,
    Kind kind,
    RunbookLine line,
    String key,
    String channel,
    String title,
    String text,
    List<Link> links) {

  /// The built-in channel, which cannot fail.
  public static final String FEED = "feed";

  /// The longest title, in characters; longer ones are cut.
  public static final int TITLE_LENGTH = 200;

  /// The longest text, in characters; longer ones are cut.
  public static final int TEXT_LENGTH = 8_000;

  public Bulletin {
    title = Words.cut(title, TITLE_LENGTH);
    text = Words.cut(text, TEXT_LENGTH);
    links = List.copyOf(links);
  }

  /// What a message is for.
  public enum Kind {
    /// D1, C1: the window, and with it the thread of the release.
    ANNOUNCEMENT,
    /// C2, R4: where the release stands.
    UPDATE,
    /// R5: for the incident tracker.
    INCIDENT,
    /// C3: how it ended.
    SUMMARY
  }

  /// Something to follow: an address, or the package URL of an artifact.
  public record Link(String title, String target) {}

  /// The same message on another channel, with a sentence that says why.
  public Bulletin on(String other, String why) {
    return new Bulletin(
        release,
        service,
        environment,
        version,
        kind,
        line,
        key,
        other,
        title,
        text + "\n" + why,
        links);
  }
}
