package dev.millrace.digest;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The SQL table of {@link SqliteDigestStore}: one row per file, keyed by device and inode. No
 * statement or transaction stays open between two calls, so other processes can write in between.
 */
final class DigestTable {
  /** "mlrc", as shown by file(1) and {@code PRAGMA application_id}. */
  private static final int APPLICATION_ID = 0x6d6c7263;

  /** Version 2 added paths. */
  private static final int SCHEMA = 2;

  private static final String COLUMNS =
      "device, inode, size, modified_seconds, modified_nanos, changed_seconds, changed_nanos,"
          + " sha256, sha512, sha1, md5, path";

  private static final String CREATE =
      "create table digest ("
          + "device integer not null, inode integer not null, size integer not null,"
          + " modified_seconds integer not null, modified_nanos integer not null,"
          + " changed_seconds integer not null, changed_nanos integer not null,"
          + " sha256 blob, sha512 blob, sha1 blob, md5 blob, path blob,"
          + " primary key (device, inode)) without rowid, strict";

  private static final String CREATE_PATHS = "create index digest_path on digest (path)";

  /** The algorithms by whose digests clients find files. */
  private static final List<Algorithm> SEARCHED = List.of(Algorithm.SHA_256, Algorithm.SHA_512);

  private static final String SELECT = "select " + COLUMNS + " from digest where ";

  private final Connection connection;

  DigestTable(Connection connection) {
    this.connection = connection;
  }

  /**
   * Creates the table in an empty database, upgrades an older one, and checks it.
   *
   * @throws SQLException if the database belongs to another application or is damaged
   */
  void prepare() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("pragma busy_timeout = 5000");
      statement.execute("pragma journal_mode = wal");
      statement.execute("pragma synchronous = normal");
      // All or nothing: a kill between two of these statements leaves the database unchanged.
      connection.setAutoCommit(false);
      if (pragma(statement, "application_id").equals("0")
          && first(statement, "select count(*) from sqlite_schema").equals("0")) {
        statement.execute("pragma application_id = " + APPLICATION_ID);
        statement.execute("pragma user_version = " + SCHEMA);
        statement.execute(CREATE);
        statement.execute(CREATE_PATHS);
      } else if (pragma(statement, "application_id").equals(String.valueOf(APPLICATION_ID))
          && pragma(statement, "user_version").equals("1")) {
        statement.execute("alter table digest add column path blob");
        statement.execute(CREATE_PATHS);
        statement.execute("pragma user_version = " + SCHEMA);
      }
      // These are no change of the schema: an earlier version of the server ignores them.
      for (Algorithm algorithm : SEARCHED) {
        statement.execute(
            "create index if not exists digest_"
                + algorithm.suffix()
                + " on digest ("
                + algorithm.suffix()
                + ")");
      }
      connection.commit();
      connection.setAutoCommit(true);
      require(statement, "application_id", String.valueOf(APPLICATION_ID));
      require(statement, "user_version", String.valueOf(SCHEMA));
      require(statement, "quick_check(1)", "ok");
      statement.execute(SELECT + "false");
    }
  }

  private static String pragma(Statement statement, String name) throws SQLException {
    return first(statement, "pragma " + name);
  }

  private static String first(Statement statement, String query) throws SQLException {
    try (ResultSet result = statement.executeQuery(query)) {
      return result.next() ? String.valueOf(result.getString(1)) : "nothing";
    }
  }

  private static void require(Statement statement, String pragma, String expected)
      throws SQLException {
    String found = pragma(statement, pragma);
    if (!expected.equals(found)) {
      throw new SQLException("pragma " + pragma + " is " + found + ", not " + expected);
    }
  }

  long count() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return Long.parseLong(first(statement, "select count(*) from digest"));
    }
  }

  /** The digests of exactly this version. */
  Digests select(FileVersion version) throws SQLException {
    IndexedFile found = byFile(version.device(), version.inode());
    return found != null && found.version().equals(version) ? found.digests() : Digests.NONE;
  }

  /** The row of a file, in any version, or null. */
  @Nullable IndexedFile byFile(long device, long inode) throws SQLException {
    List<IndexedFile> found = rows("device = ? and inode = ?", device, inode);
    return found.isEmpty() ? null : found.getFirst();
  }

  /** The rows of files that had a path when they were hashed. */
  List<IndexedFile> byPath(byte[] path) throws SQLException {
    return rows("path = ?", path);
  }

  /** The rows of files that had a path and this digest. */
  List<IndexedFile> byDigest(Algorithm algorithm, byte[] digest, int max) throws SQLException {
    return rows(algorithm.suffix() + " = ? and path is not null limit ?", digest, (long) max);
  }

  /** The next files in order of device and inode, after a position that need not exist. */
  List<IndexedFile> after(long device, long inode, int max) throws SQLException {
    return rows(
        "(device, inode) > (?, ?) order by device, inode limit ?", device, inode, (long) max);
  }

  private List<IndexedFile> rows(String where, Object... values) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SELECT + where)) {
      for (int i = 0; i < values.length; i++) {
        if (values[i] instanceof byte[] bytes) {
          select.setBytes(i + 1, bytes);
        } else {
          select.setLong(i + 1, (Long) values[i]);
        }
      }
      List<IndexedFile> found = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(file(row));
        }
      }
      return found;
    }
  }

  private static IndexedFile file(ResultSet row) throws SQLException {
    FileVersion version =
        new FileVersion(
            row.getLong(1),
            row.getLong(2),
            row.getLong(3),
            row.getLong(4),
            row.getInt(5),
            row.getLong(6),
            row.getInt(7));
    Map<Algorithm, byte[]> values = new EnumMap<>(Algorithm.class);
    for (Algorithm algorithm : Algorithm.values()) {
      byte[] value = row.getBytes(algorithm.suffix());
      if (value != null && value.length == algorithm.lengthBytes()) {
        values.put(algorithm, value);
      }
    }
    return new IndexedFile(version, Digests.of(values), row.getBytes("path"));
  }

  /**
   * Writes rows in one transaction. Digests already stored for the same version are kept. A path
   * belongs to one file: the row of a file that had the path before is deleted.
   */
  void replace(Collection<IndexedFile> files) throws SQLException {
    // The connection begins transactions as "immediate": upgrading a read to a write would fail if
    // another process had written in between.
    connection.setAutoCommit(false);
    try (PreparedStatement forget =
            connection.prepareStatement(
                "delete from digest where path = ? and (device, inode) <> (?, ?)");
        PreparedStatement replace =
            connection.prepareStatement(
                "insert or replace into digest ("
                    + COLUMNS
                    + ")"
                    + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (IndexedFile file : files) {
        forget.setBytes(1, file.path());
        forget.setLong(2, file.version().device());
        forget.setLong(3, file.version().inode());
        forget.executeUpdate();
        bind(replace, file, select(file.version()).with(file.digests()));
        replace.executeUpdate();
      }
      connection.commit();
    } catch (SQLException failed) {
      connection.rollback();
      throw failed;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  /**
   * Deletes rows in one transaction, each only if unchanged: a row rewritten by another process
   * stays.
   */
  void delete(Collection<IndexedFile> files) throws SQLException {
    connection.setAutoCommit(false);
    try (PreparedStatement delete =
        connection.prepareStatement(
            "delete from digest where device = ? and inode = ? and size = ?"
                + " and modified_seconds = ? and modified_nanos = ? and path is ?")) {
      for (IndexedFile file : files) {
        FileVersion version = file.version();
        delete.setLong(1, version.device());
        delete.setLong(2, version.inode());
        delete.setLong(3, version.sizeBytes());
        delete.setLong(4, version.modifiedSeconds());
        delete.setInt(5, version.modifiedNanos());
        delete.setBytes(6, file.path());
        delete.executeUpdate();
      }
      connection.commit();
    } catch (SQLException failed) {
      connection.rollback();
      throw failed;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  private static void bind(PreparedStatement statement, IndexedFile file, Digests digests)
      throws SQLException {
    FileVersion version = file.version();
    statement.setLong(1, version.device());
    statement.setLong(2, version.inode());
    statement.setLong(3, version.sizeBytes());
    statement.setLong(4, version.modifiedSeconds());
    statement.setInt(5, version.modifiedNanos());
    statement.setLong(6, version.changedSeconds());
    statement.setInt(7, version.changedNanos());
    int column = 8;
    for (Algorithm algorithm : Algorithm.values()) {
      statement.setBytes(column++, digests.get(algorithm));
    }
    statement.setBytes(column, file.path());
  }
}
