package io.lockkeeper.quickstart.platform;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;

/// The services' databases on one PostgreSQL: each service owns one, under a role of the same name.
/// Their tables are the services' own business.
///
/// Every method may be repeated. Names are lower-case letters, digits and `_`, so that none can be
/// anything but a name in SQL.
public final class Databases {

  /// The services that keep a database.
  public static final List<String> SERVICES =
      List.of("gate", "rollout", "monitor", "audit", "notification");

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,47}");
  private static final String DUPLICATE_DATABASE = "42P04";
  private static final String DUPLICATE_OBJECT = "42710";

  private final String server;
  private final String admin;
  private final String adminPassword;
  private final String password;

  /// A copy of a database at one moment, kept beside it on the same server.
  public record Dump(String database, String copy) {}

  /// Reaches PostgreSQL at `server` (`HOST:PORT`) as `admin`, who may make databases and roles.
  /// Every
  /// service's role gets `password`.
  public Databases(String server, String admin, String adminPassword, String password) {
    this.server = server;
    this.admin = admin;
    this.adminPassword = adminPassword;
    this.password = password;
  }

  /// Makes the databases and roles of [#SERVICES] that are missing.
  public void ensure() throws SQLException {
    for (String service : SERVICES) {
      createDatabase(service);
    }
  }

  /// Makes the role and the empty database `name` where they are missing; an existing role gets the
  /// password anew.
  public void createDatabase(String name) throws SQLException {
    String safe = checked(name);
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      if (!exists(connection, "select 1 from pg_roles where rolname = ?", safe)) {
        run(statement, "create role " + safe + " login", DUPLICATE_OBJECT);
      }
      statement.execute(
          "alter role " + safe + " login password " + statement.enquoteLiteral(password));
      if (!exists(connection, "select 1 from pg_database where datname = ?", safe)) {
        run(statement, "create database " + safe + " owner " + safe, DUPLICATE_DATABASE);
      }
    }
  }

  /// Drops the database with everything in it, and ends the connections to it. The role stays.
  public void dropDatabase(String name) throws SQLException {
    String safe = checked(name);
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("drop database if exists " + safe + " with (force)");
    }
  }

  /// Copies the database as it is now. Ends the connections to it and lets none in until the copy
  /// is
  /// made, usually for some 100 ms.
  public Dump dump(String name) throws SQLException {
    String safe = checked(name);
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      int number = 1;
      while (exists(
          connection, "select 1 from pg_database where datname = ?", copy(safe, number))) {
        number++;
      }
      copy(connection, statement, safe, copy(safe, number));
      return new Dump(safe, copy(safe, number));
    }
  }

  /// Sets the database back to the dump, whatever became of it since, even if it was dropped. Ends
  /// the connections to it. The dump stays.
  public void restore(Dump dump) throws SQLException {
    dropDatabase(dump.database());
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      copy(connection, statement, checked(dump.copy()), dump.database());
    }
  }

  /// A database that lets nobody in until this is closed.
  public interface Closed extends AutoCloseable {
    @Override
    void close() throws SQLException;
  }

  /// Ends all connections of the role that owns the database, and lets it have none, as a
  /// PostgreSQL does that has no more to give.
  public Closed close(String name) throws SQLException {
    String safe = checked(name);
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement();
        PreparedStatement end =
            connection.prepareStatement(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = ?")) {
      statement.execute("alter role " + safe + " connection limit 0");
      end.setString(1, safe);
      end.execute();
    }
    return () -> open(safe);
  }

  private void open(String name) throws SQLException {
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("alter role " + name + " connection limit -1");
    }
  }

  /// `jdbc:postgresql://HOST:PORT/NAME`, without user and password.
  public String jdbcUrl(String name) {
    return "jdbc:postgresql://" + server + "/" + checked(name);
  }

  /// The password of every service's role.
  public String password() {
    return password;
  }

  /// A connection to the database as the role that owns it.
  public Connection connectAsOwner(String name) throws SQLException {
    return connect(name, checked(name), password);
  }

  private Connection connect(String database) throws SQLException {
    return connect(database, admin, adminPassword);
  }

  private Connection connect(String database, String user, String secret) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", secret);
    properties.setProperty("connectTimeout", "5");
    return DriverManager.getConnection("jdbc:postgresql://" + server + "/" + database, properties);
  }

  /// A template must have no connection, and pools reconnect at once: so nobody is let in
  /// meanwhile.
  private static void copy(Connection connection, Statement statement, String from, String to)
      throws SQLException {
    statement.execute("alter database " + from + " with allow_connections false");
    try {
      try (PreparedStatement end =
          connection.prepareStatement(
              "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = ?")) {
        end.setString(1, from);
        end.execute();
      }
      statement.execute("create database " + to + " template " + from + " owner " + owner(from));
    } finally {
      statement.execute("alter database " + from + " with allow_connections true");
    }
  }

  /// Of `gate` and of `gate_dump_2` the owner is `gate`.
  private static String owner(String database) {
    return database.replaceFirst("_dump_\\d+$", "");
  }

  private static String copy(String name, int number) {
    return name + "_dump_" + number;
  }

  private static boolean exists(Connection connection, String query, String name)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(query)) {
      select.setString(1, name);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next();
      }
    }
  }

  /// Somebody else may make the same thing at the same time.
  private static void run(Statement statement, String sql, String tolerated) throws SQLException {
    try {
      statement.execute(sql);
    } catch (SQLException e) {
      if (!tolerated.equals(e.getSQLState())) {
        throw e;
      }
    }
  }

  private static String checked(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("Not a name for a database: " + name);
    }
    return name;
  }
}
