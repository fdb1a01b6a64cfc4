package io.lockkeeper.journal;

import io.lockkeeper.events.ReleaseId;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/// Names the release that this thread works on in every line that it logs meanwhile: as `release`,
/// and as `traceId` the trace that the release's facts carry on the topic.
///
/// ```java
/// try (LogContext _ = LogContext.of(release)) { … }
/// ```
public final class LogContext implements AutoCloseable {

  // As OpenTelemetry's own log context names it.
  private static final String TRACE = "traceId";
  private static final String RELEASE = "release";

  private final @Nullable Object releaseBefore = MDC.get(RELEASE);
  private final @Nullable Object traceBefore = MDC.get(TRACE);

  private LogContext() {}

  /// Names this release until it is closed, in the same thread.
  public static LogContext of(ReleaseId release) {
    LogContext context = new LogContext();
    MDC.put(RELEASE, release.value());
    MDC.put(TRACE, Trace.of(release));
    return context;
  }

  @Override
  public void close() {
    restore(RELEASE, releaseBefore);
    restore(TRACE, traceBefore);
  }

  private static void restore(String key, @Nullable Object before) {
    if (before == null) {
      MDC.remove(key);
    } else {
      MDC.put(key, before);
    }
  }
}
