// Walks over a server as a desktop client with the PostgreSQL JDBC driver does, and prints what it finds.
//
//     java -cp /usr/share/java/postgresql.jar JdbcWalk.java jdbc:postgresql://HOST:PORT/DB USER PASSWORD SCHEMA
//
// One line per question: its name, the number of rows, and a digest of those columns that do not depend on the server (names, types,
// positions). Two servers with the same tables give the same lines. A question that fails prints "FAIL" and the error.
import java.math.BigDecimal;
import java.sql.*;
import java.util.*;

public class JdbcWalk {
    interface Question { ResultSet ask() throws SQLException; }
    interface Action { String run() throws SQLException; }

    static int failures = 0;

    static void say(String name, Action action) {
        try {
            System.out.println(name + ": " + action.run());
        } catch (Exception e) {
            failures++;
            System.out.println(name + ": FAIL " + e.getMessage().replace("\n", " | "));
        }
    }

    /** The rows of a question, only the columns that are named, sorted. */
    static void list(String name, Question question, String... columns) {
        say(name, () -> {
            List<String> rows = new ArrayList<>();
            try (ResultSet found = question.ask()) {
                while (found.next()) {
                    StringJoiner row = new StringJoiner(",");
                    for (String column : columns) row.add(String.valueOf(found.getString(column)));
                    rows.add(row.toString());
                }
            }
            Collections.sort(rows);
            return rows.size() + " " + (rows.size() > 40 ? rows.subList(0, 40) + "…" : rows);
        });
    }

    /** A question whose rows depend on the server: only that it is answered. */
    static void answered(String name, Question question) {
        say(name, () -> {
            try (ResultSet found = question.ask()) {
                int columns = found.getMetaData().getColumnCount();
                while (found.next()) for (int i = 1; i <= columns; i++) found.getObject(i);
                return "answered, " + columns + " columns";
            }
        });
    }

    public static void main(String[] args) throws Exception {
        String schema = args[3];
        Properties properties = new Properties();
        properties.setProperty("user", args[1]);
        properties.setProperty("password", args[2]);
        properties.setProperty("ApplicationName", "JDBC walk");
        try (Connection connection = DriverManager.getConnection(args[0], properties)) {
            metadata(connection, schema);
            browser(connection, schema);
            work(connection, schema);
        }
        System.out.println(failures + " failures");
        System.exit(failures == 0 ? 0 : 1);
    }

    static void metadata(Connection connection, String schema) throws SQLException {
        DatabaseMetaData data = connection.getMetaData();
        say("product", () -> data.getDatabaseProductName() + " " + data.getDatabaseMajorVersion());
        answered("catalogs", () -> data.getCatalogs());
        answered("schemas", () -> data.getSchemas());
        list("schema", () -> data.getSchemas(null, schema), "TABLE_SCHEM");
        list("table types", () -> data.getTableTypes(), "TABLE_TYPE");
        list("tables", () -> data.getTables(null, schema, "%", new String[] {"TABLE", "VIEW"}), "TABLE_NAME", "TABLE_TYPE", "REMARKS");
        answered("system tables", () -> data.getTables(null, "pg_catalog", "%", null));
        list("columns", () -> data.getColumns(null, schema, "%", "%"),
            "TABLE_NAME", "COLUMN_NAME", "DATA_TYPE", "TYPE_NAME", "NULLABLE", "ORDINAL_POSITION", "REMARKS");
        List<String> tables = new ArrayList<>();
        try (ResultSet found = data.getTables(null, schema, "%", new String[] {"TABLE"})) {
            while (found.next()) tables.add(found.getString("TABLE_NAME"));
        }
        for (String table : tables) {
            list("primary key of " + table, () -> data.getPrimaryKeys(null, schema, table), "COLUMN_NAME", "KEY_SEQ");
            list("imported keys of " + table, () -> data.getImportedKeys(null, schema, table), "PKTABLE_NAME", "PKCOLUMN_NAME", "FKCOLUMN_NAME");
            list("exported keys of " + table, () -> data.getExportedKeys(null, schema, table), "FKTABLE_NAME", "FKCOLUMN_NAME");
            answered("indexes of " + table, () -> data.getIndexInfo(null, schema, table, false, true));
            answered("best row of " + table, () -> data.getBestRowIdentifier(null, schema, table, DatabaseMetaData.bestRowSession, true));
            answered("privileges on " + table, () -> data.getTablePrivileges(null, schema, table));
            answered("column privileges on " + table, () -> data.getColumnPrivileges(null, schema, table, "%"));
        }
        answered("types", () -> data.getTypeInfo());
        answered("user types", () -> data.getUDTs(null, "%", "%", null));
        answered("functions", () -> data.getFunctions(null, schema, "%"));
        answered("procedures", () -> data.getProcedures(null, schema, "%"));
        answered("procedure columns", () -> data.getProcedureColumns(null, schema, "%", "%"));
        answered("client properties", () -> data.getClientInfoProperties());
        say("keywords", () -> data.getSQLKeywords().isEmpty() ? "none" : "some");
        say("functions by kind", () -> data.getStringFunctions().length() > 0 && data.getNumericFunctions().length() > 0 ? "some" : "none");
        say("limits", () -> data.getMaxColumnNameLength() + " " + data.getMaxIndexLength());
    }

    /** What a database browser asks of the catalogs when its tree is opened. */
    static void browser(Connection connection, String schema) {
        answered("browser: databases", () -> query(connection,
            "SELECT db.oid, db.* FROM pg_catalog.pg_database db WHERE datallowconn AND NOT datistemplate ORDER BY db.datname"));
        answered("browser: settings", () -> query(connection, "SELECT * FROM pg_catalog.pg_settings"));
        list("browser: schemas", () -> query(connection,
            "SELECT n.oid, n.*, d.description FROM pg_catalog.pg_namespace n LEFT OUTER JOIN pg_catalog.pg_description d"
                + " ON d.objoid = n.oid AND d.objsubid = 0 AND d.classoid = 'pg_namespace'::regclass WHERE nspname = ? ORDER BY nspname", schema),
            "nspname", "description");
        list("browser: relations", () -> query(connection,
            "SELECT c.oid, c.*, d.description, pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS partition_expr,"
                + " pg_catalog.pg_get_partkeydef(c.oid) AS partition_key FROM pg_catalog.pg_class c"
                + " INNER JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT OUTER JOIN pg_catalog.pg_description d"
                + " ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass"
                + " WHERE n.nspname = ? AND c.relkind NOT IN ('i','I','c')", schema), "relname", "relkind", "description");
        list("browser: columns", () -> query(connection,
            "SELECT c.relname, a.*, pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) AS def_value, dsc.description, dep.objid"
                + " FROM pg_catalog.pg_attribute a INNER JOIN pg_catalog.pg_class c ON (a.attrelid = c.oid)"
                + " INNER JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                + " LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid = ad.adrelid AND a.attnum = ad.adnum)"
                + " LEFT OUTER JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid AND a.attnum = dsc.objsubid)"
                + " LEFT OUTER JOIN pg_depend dep ON dep.refobjid = a.attrelid AND dep.deptype = 'i' AND dep.refobjsubid = a.attnum"
                + " AND dep.classid = dep.refclassid"
                + " WHERE NOT a.attisdropped AND a.attnum > 0 AND c.relkind NOT IN ('i','I','c') AND n.nspname = ? ORDER BY a.attnum", schema),
            "relname", "attname", "attnum", "attnotnull", "description");
        answered("browser: types", () -> query(connection,
            "SELECT t.oid, t.*, c.relkind, format_type(nullif(t.typbasetype, 0), t.typtypmod) AS base_type_name, d.description"
                + " FROM pg_catalog.pg_type t LEFT OUTER JOIN pg_catalog.pg_type et ON et.oid = t.typelem"
                + " LEFT OUTER JOIN pg_catalog.pg_class c ON c.oid = t.typrelid"
                + " LEFT OUTER JOIN pg_catalog.pg_description d ON t.oid = d.objoid"
                + " WHERE t.typname IS NOT NULL AND (c.relkind IS NULL OR c.relkind = 'c') AND (et.typcategory IS NULL OR et.typcategory <> 'C')"));
        answered("browser: roles", () -> query(connection, "SELECT a.oid, a.* FROM pg_catalog.pg_roles a ORDER BY a.rolname"));
        answered("browser: constraints", () -> query(connection,
            "SELECT c.oid, c.*, t.relname AS tabrelname, rt.relnamespace AS refnamespace, d.description, pg_get_constraintdef(c.oid) AS def"
                + " FROM pg_catalog.pg_constraint c INNER JOIN pg_catalog.pg_class t ON t.oid = c.conrelid"
                + " LEFT OUTER JOIN pg_catalog.pg_class rt ON rt.oid = c.confrelid"
                + " LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0"
                + " AND d.classoid = 'pg_constraint'::regclass ORDER BY c.oid"));
        answered("browser: sessions", () -> query(connection, "SELECT sa.* FROM pg_catalog.pg_stat_activity sa"));
        answered("browser: sizes", () -> query(connection,
            "SELECT c.oid, pg_catalog.pg_total_relation_size(c.oid) AS total, pg_catalog.pg_relation_size(c.oid) AS size"
                + " FROM pg_class c INNER JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ? AND c.relkind = 'r'", schema));
    }

    static ResultSet query(Connection connection, String sql, String... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) statement.setString(i + 1, values[i]);
        return statement.executeQuery();
    }

    /** Reading and writing as a grid editor does it: cursors, binary transfer, batches, generated columns, cancelling. */
    static void work(Connection connection, String schema) throws SQLException {
        String table = schema + ".jdbc_walk";
        Statement plain = connection.createStatement();
        plain.execute("DROP TABLE IF EXISTS " + table);
        plain.execute("CREATE TABLE " + table + " (id integer, big bigint, price numeric(10,2), name varchar(20), day date, at timestamp,"
            + " ok boolean, ratio double precision)");
        say("batch insert", () -> {
            PreparedStatement insert = connection.prepareStatement("INSERT INTO " + table + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
            for (int i = 0; i < 20; i++) {
                insert.setInt(1, i);
                insert.setLong(2, i * 10_000_000_000L);
                insert.setBigDecimal(3, new BigDecimal(i).movePointLeft(2));
                if (i % 3 == 0) insert.setNull(4, Types.VARCHAR); else insert.setString(4, "name ' \\ " + i);
                insert.setDate(5, java.sql.Date.valueOf("2024-02-" + String.format("%02d", i % 28 + 1)));
                insert.setTimestamp(6, Timestamp.valueOf("2024-02-29 12:00:" + String.format("%02d", i) + ".25"));
                insert.setBoolean(7, i % 2 == 0);
                insert.setDouble(8, i / 3.0);
                insert.addBatch();
            }
            return Arrays.stream(insert.executeBatch()).sum() + " rows";
        });
        // From the fifth execution on the driver prepares on the server and reads binary.
        PreparedStatement select = connection.prepareStatement("SELECT * FROM " + table + " WHERE id >= ? ORDER BY id");
        String[] texts = new String[8];
        for (int round = 0; round < 8; round++) {
            int number = round;
            say("round " + round, () -> {
                select.setInt(1, 17);
                StringBuilder text = new StringBuilder();
                try (ResultSet found = select.executeQuery()) {
                    while (found.next()) for (int i = 1; i <= 8; i++) text.append(found.getObject(i)).append(i < 8 ? "," : ";");
                }
                texts[number] = text.toString();
                return texts[number].equals(texts[0]) ? texts[0] : "differs from the first: " + texts[number];
            });
        }
        say("cursor", () -> {
            connection.setAutoCommit(false);
            Statement fetching = connection.createStatement();
            fetching.setFetchSize(7);
            long sum = 0;
            try (ResultSet found = fetching.executeQuery("SELECT g FROM generate_series(1, 1000) AS s(g)")) {
                while (found.next()) sum += found.getLong(1);
            }
            connection.commit();
            connection.setAutoCommit(true);
            return "sum " + sum;
        });
        say("rollback", () -> {
            connection.setAutoCommit(false);
            Statement statement = connection.createStatement();
            statement.executeUpdate("DELETE FROM " + table + " WHERE id < 10");
            Savepoint savepoint = connection.setSavepoint();
            statement.executeUpdate("DELETE FROM " + table);
            connection.rollback(savepoint);
            ResultSet found = statement.executeQuery("SELECT count(*) FROM " + table);
            found.next();
            int left = found.getInt(1);
            connection.rollback();
            connection.setAutoCommit(true);
            found = statement.executeQuery("SELECT count(*) FROM " + table);
            found.next();
            return left + " then " + found.getInt(1);
        });
        say("update with RETURNING", () -> {
            ResultSet found = connection.createStatement().executeQuery("UPDATE " + table + " SET name = 'x' WHERE id = 3 RETURNING id, name");
            found.next();
            return found.getInt(1) + " " + found.getString(2);
        });
        say("error position", () -> {
            try {
                connection.createStatement().executeQuery("SELECT nme FROM " + table);
                return "no error";
            } catch (SQLException e) {
                return e.getSQLState();
            }
        });
        say("timeout", () -> {
            Statement slow = connection.createStatement();
            slow.setQueryTimeout(1);
            try {
                slow.executeQuery("SELECT count(*) FROM generate_series(1, 10000000) a(x), generate_series(1, 10000000) b(y) WHERE x + y = -1");
                return "no timeout";
            } catch (SQLException e) {
                return e.getSQLState();
            }
        });
        plain.execute("DROP TABLE " + table);
    }
}
