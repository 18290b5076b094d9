package dev.millrace.digest;

import dev.millrace.sync.Mutex;
import dev.millrace.sync.ThreadPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Digests in an SQLite database, {@code digests.db}: one row a file, by device and inode, with the
 * version it was hashed in.
 *
 * <p>A row says nothing of any other version, so a write that is lost, or a whole database that is
 * old, costs work and never tells a wrong digest. Rows are written by a thread of their own, many
 * in a transaction; the write-ahead log keeps the database whole whenever the process is killed. A
 * file that is no such database, or is damaged, is put aside under another name and begun anew.
 *
 * <p>To look inside: {@code sqlite3 digests.db 'select inode, hex(sha256) from digest'}.
 */
public final class SqliteDigestStore implements DigestStore {
  private static final Logger LOG = Logger.getLogger("dev.millrace.digest");

  /** "mlrc": what file(1) and {@code PRAGMA application_id} show. */
  private static final int APPLICATION_ID = 0x6d6c7263;

  private static final int SCHEMA = 1;
  private static final int MAX_UNWRITTEN = 1 << 16;

  private static final String CREATE =
      "create table digest ("
          + "device integer not null, inode integer not null, size integer not null,"
          + " modified_seconds integer not null, modified_nanos integer not null,"
          + " changed_seconds integer not null, changed_nanos integer not null,"
          + " sha256 blob, sha512 blob, sha1 blob, md5 blob,"
          + " primary key (device, inode)) without rowid, strict";

  private static final String SELECT =
      "select sha256, sha512, sha1, md5 from digest where device = ? and inode = ? and size = ?"
          + " and modified_seconds = ? and modified_nanos = ?"
          + " and changed_seconds = ? and changed_nanos = ?";

  private static final String REPLACE =
      "insert or replace into digest (device, inode, size, modified_seconds, modified_nanos,"
          + " changed_seconds, changed_nanos, sha256, sha512, sha1, md5)"
          + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private final Path file;

  /** Guards the connection and what is unwritten; held by hashing threads and the writer. */
  private final Mutex mutex = new Mutex();

  private final ThreadPool writer = new ThreadPool(new ThreadPool.Config("millrace-index", 1, 16));
  private final AtomicLong files = new AtomicLong();
  private Map<FileVersion, Digests> unwritten = new HashMap<>();
  private final Connection connection;
  private boolean failing;

  private SqliteDigestStore(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  /**
   * Opens or makes the database.
   *
   * @param directory is made if it is not there
   * @throws IOException if there can be none in this directory
   */
  public static SqliteDigestStore open(Path directory) throws IOException {
    Files.createDirectories(directory);
    if (!Files.isWritable(directory)) {
      throw new IOException(directory + " cannot be written to");
    }
    if (System.getProperty("org.sqlite.tmpdir") == null) {
      // The driver unpacks its library; /tmp may be forbidden ground in a container.
      System.setProperty("org.sqlite.tmpdir", directory.toAbsolutePath().toString());
    }
    Path file = directory.resolve("digests.db");
    SqliteDigestStore store = new SqliteDigestStore(file, openOrReplace(file));
    store.count();
    return store;
  }

  private static Connection openOrReplace(Path file) throws IOException {
    try {
      return connect(file);
    } catch (SQLException damaged) {
      Path aside = putAside(file);
      LOG.log(
          Level.WARNING,
          "{0} is no index of digests that can be used ({1}); it is now {2}, and a new one begun",
          new Object[] {file, damaged.getMessage(), aside});
      try {
        return connect(file);
      } catch (SQLException again) {
        throw new IOException(file + ": " + again.getMessage(), again);
      }
    }
  }

  private static Path putAside(Path file) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + ".damaged");
    for (int i = 1; Files.exists(aside); i++) {
      aside = file.resolveSibling(file.getFileName() + ".damaged." + i);
    }
    Files.move(file, aside);
    Files.deleteIfExists(file.resolveSibling(file.getFileName() + "-wal"));
    Files.deleteIfExists(file.resolveSibling(file.getFileName() + "-shm"));
    return aside;
  }

  private static Connection connect(Path file) throws SQLException {
    boolean fresh = !Files.exists(file);
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try (Statement statement = connection.createStatement()) {
      statement.execute("pragma journal_mode = wal");
      statement.execute("pragma synchronous = normal");
      statement.execute("pragma busy_timeout = 5000");
      if (fresh) {
        statement.execute("pragma application_id = " + APPLICATION_ID);
        statement.execute("pragma user_version = " + SCHEMA);
        statement.execute(CREATE);
      }
      require(statement, "pragma application_id", String.valueOf(APPLICATION_ID));
      require(statement, "pragma user_version", String.valueOf(SCHEMA));
      require(statement, "pragma quick_check(1)", "ok");
      statement.execute("select sha256, sha512, sha1, md5 from digest limit 0");
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException unusable) {
      connection.close();
      throw unusable;
    }
  }

  private static void require(Statement statement, String query, String expected)
      throws SQLException {
    try (ResultSet result = statement.executeQuery(query)) {
      String found = result.next() ? result.getString(1) : "nothing";
      if (!expected.equals(found)) {
        throw new SQLException(query + " says " + found + ", not " + expected);
      }
    }
  }

  private void count() {
    mutex.lock();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("select count(*) from digest")) {
      files.set(result.next() ? result.getLong(1) : 0);
    } catch (SQLException failed) {
      failed("counted", failed);
    } finally {
      mutex.unlock();
    }
  }

  @Override
  public Digests load(FileVersion version) {
    mutex.lock();
    try {
      Digests waiting = unwritten.get(version);
      return waiting != null ? waiting : select(version);
    } catch (SQLException failed) {
      failed("read", failed);
      return Digests.NONE;
    } finally {
      mutex.unlock();
    }
  }

  private Digests select(FileVersion version) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SELECT)) {
      bind(select, version);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return Digests.NONE;
        }
        Map<Algorithm, byte[]> values = new EnumMap<>(Algorithm.class);
        for (Algorithm algorithm : Algorithm.values()) {
          byte[] value = row.getBytes(algorithm.suffix());
          if (value != null && value.length == algorithm.lengthBytes()) {
            values.put(algorithm, value);
          }
        }
        return Digests.of(values);
      }
    }
  }

  private static void bind(PreparedStatement statement, FileVersion version) throws SQLException {
    statement.setLong(1, version.device());
    statement.setLong(2, version.inode());
    statement.setLong(3, version.sizeBytes());
    statement.setLong(4, version.modifiedSeconds());
    statement.setInt(5, version.modifiedNanos());
    statement.setLong(6, version.changedSeconds());
    statement.setInt(7, version.changedNanos());
  }

  @Override
  public void save(FileVersion version, Digests digests) {
    boolean first;
    mutex.lock();
    try {
      if (unwritten.size() >= MAX_UNWRITTEN) {
        return; // the disk is stuck; it costs hashing the file again one day
      }
      first = unwritten.isEmpty();
      unwritten.merge(version, digests, Digests::with);
    } finally {
      mutex.unlock();
    }
    if (first) {
      var _ = writer.trySpawn(this::write);
    }
  }

  private void write() {
    mutex.lock();
    try {
      Map<FileVersion, Digests> batch = unwritten;
      unwritten = new HashMap<>();
      try (PreparedStatement replace = connection.prepareStatement(REPLACE)) {
        for (Map.Entry<FileVersion, Digests> entry : batch.entrySet()) {
          Digests all = select(entry.getKey()).with(entry.getValue());
          bind(replace, entry.getKey());
          int column = 8;
          for (Algorithm algorithm : Algorithm.values()) {
            replace.setBytes(column++, all.get(algorithm));
          }
          replace.addBatch();
        }
        replace.executeBatch();
        connection.commit();
        failing = false;
      }
    } catch (SQLException failed) {
      failed("written", failed);
    } finally {
      mutex.unlock();
    }
    count();
  }

  /** Said once, until it works again. */
  private void failed(String what, SQLException why) {
    if (!failing) {
      failing = true;
      LOG.log(
          Level.WARNING,
          "{0} cannot be {1}: {2}; digests are hashed anew where they are needed",
          new Object[] {file, what, why.getMessage()});
    }
  }

  @Override
  public long files() {
    return files.get();
  }

  @Override
  public void close() {
    var _ = writer.trySpawn(this::write);
    writer.close();
    mutex.lock();
    try {
      connection.close();
    } catch (SQLException failed) {
      failed("closed", failed);
    } finally {
      mutex.unlock();
    }
  }
}
