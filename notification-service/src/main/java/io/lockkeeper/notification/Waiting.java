package io.lockkeeper.notification;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Which messages of a release wait to be delivered, until when, and who can end it. Nothing but
/// these keeps a release waiting here.
///
/// @param until when the feed takes them instead; null when only the named receivers can, which are
///              tried until they do
public record Waiting(String what, String who, @Nullable Instant until) {

  /// So many messages are named.
  private static final int NAMED = 3;

  /// What these announcements wait for; null when nobody is owed a message.
  public static @Nullable Waiting of(Announcements announcements) {
    List<Bulletin> outstanding = announcements.outstanding();
    if (outstanding.isEmpty()) {
      return null;
    }
    boolean fallsBack =
        outstanding.stream().allMatch(bulletin -> bulletin.kind() == Bulletin.Kind.ANNOUNCEMENT);
    return new Waiting(
        messages(outstanding) + " to be taken",
        outstanding.stream().map(Waiting::receiver).distinct().collect(Collectors.joining(", ")),
        fallsBack ? announcements.fallBackAt().orElse(null) : null);
  }

  private static String messages(List<Bulletin> outstanding) {
    int more = outstanding.size() - NAMED;
    return outstanding.stream()
            .limit(NAMED)
            .map(bulletin -> named(bulletin) + " (" + bulletin.line() + ")")
            .collect(Collectors.joining(", "))
        + (more > 0 ? " and " + more + " more" : "");
  }

  private static String named(Bulletin bulletin) {
    return switch (bulletin.kind()) {
      case ANNOUNCEMENT -> "the announcement";
      case UPDATE -> "an update";
      case INCIDENT -> "the incident";
      case SUMMARY -> "the summary";
    };
  }

  private static String receiver(Bulletin bulletin) {
    String name = Words.foreign(bulletin.channel());
    if (bulletin.kind() == Bulletin.Kind.INCIDENT) {
      return "the tracker " + name;
    }
    return name.equals(Bulletin.FEED) ? "notification-service" : "the channel " + name;
  }
}
