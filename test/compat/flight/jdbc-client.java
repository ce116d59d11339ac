import java.sql.*;
import java.util.*;

/** The Arrow Flight SQL JDBC driver as its users use it: URL USER PASSWORD [AUTHORITY, for TLS]. Prints one line for each thing that the test looks at. */
class JdbcClient {
  public static void main(String[] args) throws Exception {
    Properties login = new Properties();
    login.put("user", args[1]);
    login.put("password", args[2]);
    if (args.length > 3) login.put("tlsRootCerts", args[3]);
    login.put("useEncryption", String.valueOf(args.length > 3));
    try (Connection connection = DriverManager.getConnection(args[0], login)) {
      DatabaseMetaData metadata = connection.getMetaData();
      print("product", metadata.getDatabaseProductName());
      print("catalogs", column(metadata.getCatalogs(), "TABLE_CAT"));
      print("schemas", column(metadata.getSchemas(), "TABLE_SCHEM"));
      print("tables", column(metadata.getTables(null, null, "%", null), "TABLE_NAME"));
      print("columns", column(metadata.getColumns(null, "public", "numbers", "%"), "COLUMN_NAME"));
      print("types", column(metadata.getTableTypes(), "TABLE_TYPE"));
      try (Statement statement = connection.createStatement()) {
        print("sum", column(statement.executeQuery("SELECT count(*) AS n FROM numbers"), "n"));
        ResultSet all = statement.executeQuery(
            "SELECT 1::int2 a, 2::int4 b, 3::int8 c, 1.5::float4 d, 2.5::float8 e, 12.50::numeric(9,2) f, 'text' g, true h, "
                + "DATE '2024-02-29' i, TIMESTAMP '2024-02-29 12:34:56.789' j, NULL::text k, '\\x00ff'::bytea l");
        all.next();
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= 11; i++) values.add(String.valueOf(all.getObject(i)));
        values.add(HexFormat.of().formatHex(all.getBytes(12)));
        print("values", values);
      }
      try (PreparedStatement prepared = connection.prepareStatement("SELECT name FROM numbers WHERE i = ?")) {
        print("parameters", prepared.getParameterMetaData().getParameterCount());
        prepared.setInt(1, 7);
        print("bound", column(prepared.executeQuery(), "name"));
        prepared.setInt(1, 8);
        print("bound again", column(prepared.executeQuery(), "name"));
      }
      try (Statement statement = connection.createStatement()) {
        statement.executeQuery("SELECT * FROM nowhere");
        print("error", "none");
      } catch (SQLException refused) {
        print("error", refused.getMessage().contains("relation \"nowhere\" does not exist"));
      }
    }
  }

  private static void print(String name, Object value) {
    System.out.println(name + ": " + value);
  }

  private static List<String> column(ResultSet rows, String name) throws SQLException {
    List<String> found = new ArrayList<>();
    while (rows.next()) found.add(rows.getString(name));
    rows.close();
    return found;
  }
}
