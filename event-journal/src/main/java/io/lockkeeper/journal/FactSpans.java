package io.lockkeeper.journal;

import io.lockkeeper.events.EventId;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.Fact;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.quarkus.arc.Unremovable;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Says each fact of our own as one span, once it is committed: in the trace and with the span id
/// that its `traceparent` names on the topic ([Trace]), linked to the fact that led to it. A fact
/// that is delivered or sent again is no new one and makes no second span. A process that dies
/// between a commit and its span leaves the span out; no decision rests on spans.
final class FactSpans {

  private final Tracer tracer;

  FactSpans(Tracer tracer) {
    this.tracer = tracer;
  }

  /// Says the facts of one transaction.
  void say(Committed committed) {
    if (committed.own().isEmpty()) {
      return;
    }
    Map<EventId, Fact> history = new HashMap<>();
    committed.history().forEach(fact -> history.put(fact.id(), fact));
    committed.own().forEach(fact -> say(fact, history.get(fact.cause())));
  }

  private void say(Fact fact, @Nullable Fact cause) {
    String type = EventTypes.nameOf(fact.event());
    SpanBuilder span =
        tracer
            .spanBuilder(type)
            .setSpanKind(SpanKind.PRODUCER)
            .setStartTimestamp(fact.time())
            .setAttribute("cloudevents.event_id", fact.id().toString())
            .setAttribute("cloudevents.event_type", type)
            .setAttribute("cloudevents.event_source", fact.writer().source())
            .setAttribute("cloudevents.event_subject", fact.release().value());
    SpanContext own = context(fact);
    span.setNoParent();
    if (cause != null) {
      SpanContext before = context(cause);
      span.addLink(before);
      if (before.getTraceId().equals(own.getTraceId())) {
        span.setParent(Context.root().with(Span.wrap(before)));
      }
    }
    ScopedValue.where(Ids.NEXT, own).run(() -> span.startSpan().end());
  }

  private static SpanContext context(Fact fact) {
    return SpanContext.createFromRemoteParent(
        Trace.of(fact),
        Trace.span(fact.id().value()),
        TraceFlags.getSampled(),
        TraceState.getDefault());
  }

  /// Gives the span of a fact the ids that follow from the fact.
  @Singleton
  @Unremovable
  static final class Ids implements IdGenerator {

    private static final ScopedValue<SpanContext> NEXT = ScopedValue.newInstance();

    @Override
    public String generateSpanId() {
      return NEXT.isBound() ? NEXT.get().getSpanId() : IdGenerator.random().generateSpanId();
    }

    @Override
    public String generateTraceId() {
      return NEXT.isBound() ? NEXT.get().getTraceId() : IdGenerator.random().generateTraceId();
    }
  }
}
