package io.lockkeeper.notification;

import io.lockkeeper.events.EventTypes;
import io.lockkeeper.events.ReleaseEvent;
import io.lockkeeper.events.ReleaseId;
import io.lockkeeper.events.Unrecognised;
import io.lockkeeper.runbook.Digest;
import io.lockkeeper.runbook.Runbook;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Makes any event of the contract, with any content.
final class Samples {

  private static final List<Class<? extends ReleaseEvent>> TYPES =
      List.copyOf(EventTypes.all().values());

  private final SplittableRandom random;

  Samples(SplittableRandom random) {
    this.random = random;
  }

  /// An event of any type, one of a type unknown here among them.
  ReleaseEvent event() {
    int which = random.nextInt(TYPES.size() + 1);
    return which == TYPES.size() ? new Unrecognised("io.example.v9", "{}") : of(TYPES.get(which));
  }

  /// An event of this class.
  <E extends ReleaseEvent> E of(Class<E> type) {
    return type.cast(value(type));
  }

  private Object value(Type type) {
    if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      Type element = list.getActualTypeArguments()[0];
      return IntStream.range(0, random.nextInt(3)).mapToObj(_ -> value(element)).toList();
    }
    if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
      return Map.of(value(String.class), value(map.getActualTypeArguments()[1]));
    }
    if (!(type instanceof Class<?> plain)) {
      throw new IllegalArgumentException("no sample of " + type);
    }
    if (plain.isEnum()) {
      Object[] constants = plain.getEnumConstants();
      return constants[random.nextInt(constants.length)];
    }
    if (plain == int.class || plain == Integer.class) {
      return random.nextInt(1, 4);
    }
    if (plain == long.class) {
      return random.nextLong(1, 100);
    }
    if (plain == boolean.class || plain == Boolean.class) {
      return random.nextBoolean();
    }
    if (plain == Double.class) {
      return random.nextInt(8) == 0 ? Double.NaN : random.nextDouble(-1, 1e9);
    }
    return switch (plain.getSimpleName()) {
      case "String" -> random.nextInt(8) == 0 ? "" : "word|`<b>\n" + random.nextInt(100);
      case "Instant" -> Instant.EPOCH.plusSeconds(random.nextLong(0, 4_000_000_000L));
      case "Duration" -> Duration.ofMillis(random.nextLong(-5_000, 200_000_000));
      case "UUID" -> new UUID(0, random.nextLong(1, 20));
      case "URI" -> URI.create("https://example.org/" + random.nextInt(9));
      case "Digest" -> Digest.of(new byte[] {(byte) random.nextInt(256)});
      case "ReleaseId" -> new ReleaseId("r" + random.nextInt(9));
      // Its numbers keep bounds.
      case "Slo" ->
          new Runbook.Slo(
              "objective " + random.nextInt(9),
              "shop",
              URI.create("http://127.0.0.1:9090"),
              Runbook.Slo.Counts.BAD,
              "bad[{{.window}}]",
              "total[{{.window}}]",
              random.nextBoolean(),
              random.nextDouble(),
              Duration.ofDays(random.nextLong(1, 30)));
      default -> record(plain);
    };
  }

  private Object record(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    List<Object> values = new ArrayList<>();
    for (RecordComponent component : components) {
      boolean absent =
          component.getAnnotatedType().isAnnotationPresent(Nullable.class)
              && random.nextInt(3) == 0;
      values.add(absent ? null : value(component.getGenericType()));
    }
    try {
      Constructor<?> constructor =
          type.getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      return constructor.newInstance(values.toArray());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.getName(), e);
    }
  }
}
