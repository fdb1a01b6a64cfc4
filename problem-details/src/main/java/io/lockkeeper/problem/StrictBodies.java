package io.lockkeeper.problem;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.util.List;

/// Bodies of requests mean what they say: a field that nobody reads or a number in the place of a
/// text is refused, so that a typing error in a command is told and not dropped.
@Singleton
final class StrictBodies implements ObjectMapperCustomizer {

  private static final List<CoercionInputShape> NO_TEXT =
      List.of(CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean);

  // Last, whatever a service itself wants of its mapper: facts are read leniently, commands are
  // not.
  @Override
  public int priority() {
    return -100;
  }

  @Override
  public void customize(ObjectMapper mapper) {
    mapper.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    for (CoercionInputShape shape : NO_TEXT) {
      mapper.coercionConfigFor(LogicalType.Textual).setCoercion(shape, CoercionAction.Fail);
    }
  }
}
