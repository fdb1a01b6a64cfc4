package io.lockkeeper.journal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;

/// Stands between a journal and its database and cuts the connection at a chosen statement, once.
final class Saboteur {

  private final AtomicReference<String> target = new AtomicReference<>();

  /// Cuts the connection that next begins a statement with these words in it, before it runs.
  Saboteur cutBefore(String words) {
    target.set(words);
    return this;
  }

  /// Whether it has struck.
  boolean hasStruck() {
    return target.get() == null;
  }

  /// The same connections, watched.
  DataSource watch(DataSource real) {
    return proxy(
        DataSource.class,
        (method, arguments) -> {
          Object result = call(real, method, arguments);
          return result instanceof Connection connection ? watch(connection) : result;
        });
  }

  private Connection watch(Connection real) {
    return proxy(
        Connection.class,
        (method, arguments) -> {
          if (method.getName().equals("prepareStatement")) {
            strike(real, (String) arguments[0]);
          }
          return call(real, method, arguments);
        });
  }

  private void strike(Connection connection, String sql) throws SQLException {
    String words = target.get();
    if (words != null && sql.contains(words) && target.compareAndSet(words, null)) {
      try (Statement statement = connection.createStatement()) {
        // Ends this very connection: what follows on it fails, and what it did is undone.
        statement.execute("select pg_terminate_backend(pg_backend_pid())");
      } catch (SQLException expected) {
        return;
      }
    }
  }

  /// What a proxy does instead.
  @FunctionalInterface
  private interface Behaviour {
    Object on(Method method, Object[] arguments) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Behaviour behaviour) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> behaviour.on(method, arguments)));
  }

  private static Object call(Object real, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
