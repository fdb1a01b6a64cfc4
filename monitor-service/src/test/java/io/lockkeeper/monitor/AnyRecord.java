package io.lockkeeper.monitor;

import io.lockkeeper.events.EventId;
import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.Stage;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.ReleaseRequest;
import io.lockkeeper.runbook.Runbook;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/// Makes facts of every type with values drawn from a seed, small enough that they meet one
/// another.
final class AnyRecord {

  private static final List<Class<? extends ReleaseEvent>> TYPES =
      List.copyOf(EventTypes.all().values());

  private final Random random;

  AnyRecord(Random random) {
    this.random = random;
  }

  static List<Class<? extends ReleaseEvent>> types() {
    return TYPES;
  }

  ReleaseEvent event() {
    int which = random.nextInt(TYPES.size() + 1);
    return which == TYPES.size()
        ? new Unrecognised("io.example.v9", "{}")
        : event(TYPES.get(which));
  }

  ReleaseEvent event(Class<? extends ReleaseEvent> type) {
    return (ReleaseEvent) record(type);
  }

  EventId id() {
    return new EventId(new UUID(0x7000L, random.nextInt(40)));
  }

  Object value(Type type) {
    if (type instanceof ParameterizedType list) {
      List<Object> values = new ArrayList<>();
      for (int i = random.nextInt(3); i > 0; i--) {
        values.add(value(list.getActualTypeArguments()[0]));
      }
      return values;
    }
    Class<?> simple = (Class<?>) type;
    if (simple == int.class || simple == Integer.class) {
      return random.nextInt(3);
    }
    if (simple == long.class || simple == Long.class) {
      return (long) random.nextInt(3);
    }
    if (simple == boolean.class || simple == Boolean.class) {
      return random.nextBoolean();
    }
    if (simple == Double.class || simple == double.class) {
      return random.nextDouble();
    }
    if (simple == String.class) {
      return "text " + random.nextInt(3);
    }
    if (simple == Instant.class) {
      return Story.START.plusSeconds(random.nextInt(100));
    }
    if (simple == Duration.class) {
      return Duration.ofSeconds(random.nextInt(100));
    }
    if (simple == URI.class) {
      return URI.create("http://127.0.0.1/" + random.nextInt(3));
    }
    if (simple == EventId.class) {
      return id();
    }
    if (simple == Digest.class) {
      return Story.digest("any " + random.nextInt(3));
    }
    if (simple == Stage.class) {
      int index = random.nextInt(3);
      return random.nextInt(4) == 0
          ? Stage.infrastructure(index, "schema", true)
          : Stage.traffic(
              index,
              1 + random.nextInt(100),
              Duration.ofSeconds(random.nextInt(4)),
              Duration.ofSeconds(random.nextInt(8)));
    }
    if (simple == Runbook.class) {
      return Story.runbook(Duration.ofSeconds(random.nextInt(8)));
    }
    if (simple == ReleaseRequest.class) {
      return Requests.ofShop();
    }
    if (simple.isEnum()) {
      Object[] constants = simple.getEnumConstants();
      return constants[random.nextInt(constants.length)];
    }
    return record(simple);
  }

  private Object record(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Object[] values = Arrays.stream(components).map(c -> value(c.getGenericType())).toArray();
    try {
      var constructor =
          type.getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(type + " of " + Arrays.toString(values), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.toString(), e);
    }
  }
}
