package io.lockkeeper.problem;

import jakarta.ws.rs.ext.ParamConverter;
import jakarta.ws.rs.ext.ParamConverterProvider;
import jakarta.ws.rs.ext.Provider;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/// A parameter that is `true` or `false` is nothing else: Java itself takes every other word for
/// `false`, and a typing error would silently choose.
@Provider
public final class StrictBooleans implements ParamConverterProvider {

  @Override
  @SuppressWarnings("unchecked")
  public <T> @Nullable ParamConverter<T> getConverter(
      Class<T> rawType, Type genericType, Annotation[] annotations) {
    return rawType == Boolean.class ? (ParamConverter<T>) new Word() : null;
  }

  private static final class Word implements ParamConverter<Boolean> {

    @Override
    public Boolean fromString(String text) {
      return switch (text) {
        case "true" -> true;
        case "false" -> false;
        default -> throw new IllegalArgumentException("neither true nor false");
      };
    }

    @Override
    public String toString(Boolean value) {
      return value.toString();
    }
  }
}
