// JDBC: a batch, server-side prepared statements, rows fetched in portions, a savepoint, an error.
import java.sql.*;

public class Jdbc {
    public static void main(String[] args) throws Exception {
        try (Connection c = DriverManager.getConnection(args[0])) {
            c.setAutoCommit(false);
            try (PreparedStatement s = c.prepareStatement("INSERT INTO t VALUES (?, ?)")) {
                for (int n = 1; n <= 30; n++) {
                    s.setInt(1, n);
                    s.setString(2, n == 1 ? "it's" : null);
                    s.addBatch();
                }
                s.executeBatch();
            }
            Savepoint point = c.setSavepoint();
            String state = "";
            try (Statement s = c.createStatement()) {
                s.executeUpdate("INSERT INTO t VALUES (1)");
            } catch (SQLException error) {
                state = error.getSQLState();
                c.rollback(point);
            }
            int rows = 0, found = 0;
            try (Statement s = c.createStatement()) {
                s.setFetchSize(7);
                try (ResultSet r = s.executeQuery("SELECT * FROM t")) {
                    while (r.next()) rows++;
                }
            }
            for (int n = 1; n <= 10; n++) {
                try (PreparedStatement s = c.prepareStatement("SELECT b FROM t WHERE a = ?")) {
                    s.setInt(1, n);
                    try (ResultSet r = s.executeQuery()) {
                        if (r.next()) found++;
                    }
                }
            }
            c.commit();
            System.out.println(state + " " + rows + " " + found);
        }
    }
}
