package io.lockkeeper.journal;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// Finds what is missing in a record that was read from JSON. Jackson gives `null` to a component
/// that the text leaves out; where the contract does not say nullable, that would fail much later
/// and far away.
final class Completeness {

  private Completeness() {}

  /// The value itself when every component that must be there is.
  ///
  /// @param path where the value stands, for the message
  static <T> T require(@Nullable T value, String path) {
    if (value == null) {
      throw new IllegalArgumentException(path + " is missing");
    }
    if (value instanceof Record) {
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        requireComponent(value, component, path + "/" + component.getName());
      }
    } else if (value instanceof Collection<?> collection) {
      collection.forEach(element -> require(element, path + "/-"));
    }
    return value;
  }

  private static void requireComponent(Object owner, RecordComponent component, String path) {
    Object value;
    try {
      value = component.getAccessor().invoke(owner);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("components of the contract are public: " + path, e);
    }
    if (value != null || !component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
      require(value, path);
    }
  }
}
