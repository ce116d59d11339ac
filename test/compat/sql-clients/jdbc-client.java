import java.nio.file.*;
import java.sql.*;
import java.util.*;
import org.postgresql.core.BaseConnection;

/** pgJDBC: DatabaseMetaData in full, prepared statements that turn binary, fetch size, cancel. Each step is told as its name, a tab and a value. */
public class JdbcClient {
  interface Task { Object run() throws Exception; }

  static void step(String name, Task task) {
    Object told;
    try {
      told = task.run();
    } catch (SQLException error) {
      told = Map.of("error", String.valueOf(error.getSQLState()) + (error.getSQLState() == null ? " " + error.getMessage() : ""));
    } catch (Exception error) {
      told = Map.of("error", String.valueOf(error.getMessage()));
    }
    System.out.println(name + "\t" + json(told));
  }

  static String json(Object value) {
    if (value == null) return "null";
    if (value instanceof Number || value instanceof Boolean) return value.toString();
    if (value instanceof Collection<?> list) {
      StringJoiner joiner = new StringJoiner(",", "[", "]");
      for (Object item : list) joiner.add(json(item));
      return joiner.toString();
    }
    if (value instanceof Map<?, ?> map) {
      StringJoiner joiner = new StringJoiner(",", "{", "}");
      map.forEach((key, item) -> joiner.add(json(key) + ":" + json(item)));
      return joiner.toString();
    }
    StringBuilder text = new StringBuilder("\"");
    for (char sign : value.toString().toCharArray()) {
      if (sign == '"' || sign == '\\') text.append('\\').append(sign);
      else if (sign < ' ') text.append(String.format("\\u%04x", (int) sign));
      else text.append(sign);
    }
    return text.append('"').toString();
  }

  static String url(String more) {
    Map<String, String> at = System.getenv();
    return "jdbc:postgresql://" + at.get("PGHOST") + ":" + at.get("PGPORT") + "/" + at.get("PGDATABASE")
        + "?user=" + at.get("PGUSER") + "&password=" + at.get("PGPASSWORD") + "&connectTimeout=10" + more;
  }

  /** The named columns of every row. */
  static List<List<Object>> rows(ResultSet result, String... columns) throws SQLException {
    List<List<Object>> rows = new ArrayList<>();
    try (result) {
      while (result.next()) {
        List<Object> row = new ArrayList<>();
        for (String column : columns) row.add(result.getObject(column));
        rows.add(row);
      }
    }
    return rows;
  }

  public static void main(String[] args) throws Exception {
    Connection[] open = new Connection[1];
    step("connect", () -> {
      open[0] = DriverManager.getConnection(url(""));
      return one(open[0], "select 1");
    });
    Connection connection = open[0];
    if (connection == null) return;
    step("tls", () -> {
      try (Connection secure = DriverManager.getConnection(url("&sslmode=require"))) {
        return one(secure, "select 1");
      }
    });
    DatabaseMetaData about = connection.getMetaData();
    step("server", () -> List.of(about.getDatabaseProductName(), about.getDatabaseMajorVersion(), about.isReadOnly()));
    step("getSchemas", () -> {
      List<Object> names = new ArrayList<>();
      for (List<Object> row : rows(about.getSchemas(), "TABLE_SCHEM"))
        if (List.of("public", "information_schema", "pg_catalog").contains(row.get(0))) names.add(row.get(0));
      return names;
    });
    step("getTables", () -> rows(about.getTables(null, "public", "%", null), "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE", "REMARKS"));
    step("getTables of types", () -> rows(about.getTables(null, "public", "sh%", new String[] {"VIEW", "TABLE"}), "TABLE_NAME"));
    step("getColumns", () -> rows(about.getColumns(null, "public", "shapes", "%"),
        "COLUMN_NAME", "DATA_TYPE", "TYPE_NAME", "COLUMN_SIZE", "DECIMAL_DIGITS", "NULLABLE", "ORDINAL_POSITION", "IS_AUTOINCREMENT"));
    step("getPrimaryKeys", () -> rows(about.getPrimaryKeys(null, "public", "shapes"), "COLUMN_NAME"));
    step("getImportedKeys", () -> rows(about.getImportedKeys(null, "public", "shapes"), "FKCOLUMN_NAME"));
    step("getExportedKeys", () -> rows(about.getExportedKeys(null, "public", "shapes"), "FKCOLUMN_NAME"));
    step("getIndexInfo", () -> rows(about.getIndexInfo(null, "public", "shapes", false, false), "INDEX_NAME"));
    step("getTypeInfo", () -> {
      List<List<Object>> known = new ArrayList<>();
      Set<String> names = Set.of("int4", "int8", "text", "varchar", "numeric", "bool", "date", "timestamp", "timestamptz", "bytea", "uuid", "json", "float8");
      for (List<Object> row : rows(about.getTypeInfo(), "TYPE_NAME", "DATA_TYPE")) if (names.contains(row.get(0))) known.add(row);
      known.sort(Comparator.comparing(row -> row.get(0).toString()));
      return known;
    });
    step("getProcedures", () -> rows(about.getProcedures(null, "public", "%"), "PROCEDURE_NAME"));
    step("getFunctions", () -> rows(about.getFunctions(null, "public", "%"), "FUNCTION_NAME"));
    step("getCatalogs", () -> rows(about.getCatalogs(), "TABLE_CAT").size() > 0);
    step("getTableTypes", () -> rows(about.getTableTypes(), "TABLE_TYPE"));
    step("getTablePrivileges", () -> rows(about.getTablePrivileges(null, "public", "shapes"), "PRIVILEGE").size() > 0);
    step("getBestRowIdentifier", () -> rows(about.getBestRowIdentifier(null, "public", "shapes", 0, true), "COLUMN_NAME"));
    step("prepared", () -> {
      try (PreparedStatement statement = connection.prepareStatement("select ?::int4 + 1, ? || '!', ?")) {
        List<Object> row = new ArrayList<>();
        // After five runs the driver asks for a statement of the server's own and binary results.
        for (int run = 0; run < 8; run++) {
          row.clear();
          statement.setInt(1, 41);
          statement.setString(2, "é");
          statement.setTimestamp(3, Timestamp.valueOf("2024-02-29 12:00:00"));
          try (ResultSet result = statement.executeQuery()) {
            result.next();
            row.add(result.getInt(1));
            row.add(result.getString(2));
          }
        }
        ResultSetMetaData columns = statement.getMetaData();
        row.add(columns.getColumnTypeName(1));
        return row;
      }
    });
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      String[] parts = line.split("\t");
      step("value " + parts[0], () -> {
        try (PreparedStatement statement = connection.prepareStatement("select " + parts[1])) {
          List<Object> told = new ArrayList<>();
          for (int run = 0; run < 6; run++) {
            told.clear();
            try (ResultSet result = statement.executeQuery()) {
              result.next();
              told.add(result.getObject(1) instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : result.getString(1));
              told.add(result.getMetaData().getColumnTypeName(1));
              Object object = result.getObject(1);
              told.add(object == null ? null : object.getClass().getSimpleName());
            }
          }
          return told;
        }
      });
    }
    step("large", () -> {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.setFetchSize(1000);
        long count = 0, total = 0;
        try (ResultSet result = statement.executeQuery("select i, i::text from generate_series(1, 100000) as g(i)")) {
          while (result.next()) {
            count++;
            total += result.getLong(1) + result.getString(2).length();
          }
        }
        return List.of(count, total);
      } finally {
        connection.commit();
        connection.setAutoCommit(true);
      }
    });
    step("cancel", () -> {
      Timer timer = new Timer(true);
      try (Statement statement = connection.createStatement()) {
        // Again and again: what comes before the query runs does nothing, and a statement asks only once.
        timer.schedule(new TimerTask() {
          private boolean isFirst = true;

          public void run() {
            try {
              if (isFirst) statement.cancel();
              else connection.unwrap(BaseConnection.class).cancelQuery();
              isFirst = false;
            } catch (SQLException ignored) {
            }
          }
        }, 300, 300);
        statement.executeQuery("select count(*) from generate_series(1, 10000000) a, generate_series(1, 10000000) b");
        return "not cancelled";
      } catch (SQLException error) {
        return error.getSQLState();
      } finally {
        timer.cancel();
      }
    });
    step("timeout", () -> {
      try (Statement statement = connection.createStatement()) {
        statement.setQueryTimeout(1);
        statement.executeQuery("select count(*) from generate_series(1, 10000000) a, generate_series(1, 10000000) b");
        return "not cancelled";
      } catch (SQLException error) {
        return error.getSQLState();
      }
    });
    step("error", () -> {
      List<Object> codes = new ArrayList<>();
      for (String sql : List.of("select 1/0", "select nope", "select * from nowhere", "selec", "select 'x'::int4")) {
        try (Statement statement = connection.createStatement()) {
          statement.executeQuery(sql);
          codes.add(null);
        } catch (SQLException error) {
          codes.add(error.getSQLState());
        }
      }
      return List.of(codes, one(connection, "select 2"));
    });
    step("transaction", () -> {
      connection.setAutoCommit(false);
      Savepoint savepoint = connection.setSavepoint("here");
      try {
        one(connection, "select nope");
      } catch (SQLException expected) {
        connection.rollback(savepoint);
      }
      Object after = one(connection, "select 3");
      connection.commit();
      connection.setAutoCommit(true);
      return after;
    });
    connection.close();
  }

  static Object one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getObject(1);
    }
  }
}
