package dev.millrace.digest;

import dev.millrace.sync.Mutex;
import dev.millrace.sync.ThreadPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Digests in an SQLite database, {@code digests.db}: one row per file, keyed by device and inode,
 * with the version that was hashed.
 *
 * <p>A row applies to its own version only, so a lost write or an outdated database costs work but
 * never yields a wrong digest. The index writer thread writes many rows in one transaction. The
 * write-ahead log keeps the database consistent if the process is killed. A damaged file, or one
 * that is not such a database, is renamed and replaced by a new database. After a failure, or if
 * the path no longer leads to the file that is open, the next write opens the path again.
 *
 * <p>To inspect it: {@code sqlite3 digests.db 'select inode, hex(sha256) from digest'}.
 */
public final class SqliteDigestStore implements DigestStore {
  private static final Logger LOG = Logger.getLogger("dev.millrace.digest");

  /**
   * The primary result codes of a file that is not such a database: SQLITE_ERROR (a table or column
   * is missing), SQLITE_CORRUPT, SQLITE_NOTADB, and 0 for our own checks (sqlite.org/rescode.html).
   * All others, as for a full disk, say nothing about the file.
   */
  private static final Set<Integer> DAMAGED = Set.of(0, 1, 11, 26);

  private static final String NAME = "digests.db";
  private static final int MAX_HOLDING = 64;
  private static final int MAX_UNWRITTEN = 1 << 16;

  private final Path file;

  /**
   * Guards the connection and {@code unwritten}. Hashing threads and the index writer thread hold
   * it.
   */
  private final Mutex mutex = new Mutex();

  private final ThreadPool writer = new ThreadPool(new ThreadPool.Config("millrace-index", 1, 16));
  private final AtomicLong files = new AtomicLong();
  private Map<FileVersion, IndexedFile> unwritten = new HashMap<>();
  private Connection connection;
  private DigestTable table;

  /** Identifies the file that is open; the path may lead to another one later. */
  private @Nullable Object key;

  private boolean failing;

  private SqliteDigestStore(Path file, Connection connection) throws IOException {
    this.file = file;
    this.connection = connection;
    this.table = new DigestTable(connection);
    this.key = key();
  }

  /**
   * Opens or creates the database.
   *
   * @param directory created if it does not exist
   * @throws IOException if the directory cannot hold a database
   */
  public static SqliteDigestStore open(Path directory) throws IOException {
    Path file = prepare(directory);
    SqliteDigestStore store = new SqliteDigestStore(file, openOrReplace(file));
    store.count();
    return store;
  }

  /**
   * Opens an existing database.
   *
   * @throws IOException if there is none or it cannot be used; the file is not changed
   */
  public static SqliteDigestStore openExisting(Path directory) throws IOException {
    if (!Files.exists(directory.resolve(NAME))) {
      throw new IOException("there is no " + NAME + " in " + directory);
    }
    Path file = prepare(directory);
    try {
      SqliteDigestStore store = new SqliteDigestStore(file, connect(file));
      store.count();
      return store;
    } catch (SQLException unusable) {
      throw new IOException(file + ": " + unusable.getMessage(), unusable);
    }
  }

  private static Path prepare(Path directory) throws IOException {
    Files.createDirectories(directory);
    if (!Files.isWritable(directory)) {
      throw new IOException(directory + " cannot be written to");
    }
    if (System.getProperty("org.sqlite.tmpdir") == null) {
      // The driver unpacks its native library, and a container may forbid writing to /tmp.
      System.setProperty("org.sqlite.tmpdir", directory.toAbsolutePath().toString());
    }
    try {
      DriverManager.getConnection("jdbc:sqlite::memory:").close();
    } catch (SQLException failed) {
      throw new IOException("cannot load SQLite's native library: " + failed.getMessage(), failed);
    }
    return directory.resolve(NAME);
  }

  private static Connection openOrReplace(Path file) throws IOException {
    try {
      return connect(file);
    } catch (SQLException damaged) {
      if (!DAMAGED.contains(damaged.getErrorCode() & 0xff)) {
        throw new IOException(
            file + ": " + damaged.getMessage(), damaged); // the file itself is intact
      }
      Path aside = putAside(file);
      LOG.log(
          Level.WARNING,
          "{0} is not a usable digest index ({1}); renamed to {2}, starting a new one",
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
    Properties properties = new Properties();
    properties.setProperty("transaction_mode", "IMMEDIATE");
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file, properties);
    try {
      new DigestTable(connection).prepare();
      return connection;
    } catch (SQLException unusable) {
      connection.close();
      throw unusable;
    }
  }

  private void count() {
    mutex.lock();
    try {
      files.set(table.count());
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
      IndexedFile waiting = unwritten.get(version);
      return waiting != null ? waiting.digests() : table.select(version);
    } catch (SQLException failed) {
      failed("read", failed);
      return Digests.NONE;
    } finally {
      mutex.unlock();
    }
  }

  @Override
  public List<IndexedFile> holding(Algorithm algorithm, byte[] digest) {
    mutex.lock();
    try {
      List<IndexedFile> found = new ArrayList<>();
      for (IndexedFile waiting : unwritten.values()) {
        if (waiting.path() != null && Arrays.equals(waiting.digests().get(algorithm), digest)) {
          found.add(waiting);
        }
      }
      found.addAll(table.byDigest(algorithm, digest, MAX_HOLDING));
      return found;
    } catch (SQLException failed) {
      failed("read", failed);
      return List.of();
    } finally {
      mutex.unlock();
    }
  }

  /**
   * The row of a file in any version, or null. May wait for a disk, as may the two methods below.
   *
   * @throws IOException if the database cannot be read
   */
  public @Nullable IndexedFile file(long device, long inode) throws IOException {
    return locked(() -> table.byFile(device, inode));
  }

  /** The rows of files that had a path when they were hashed. */
  public List<IndexedFile> at(byte[] path) throws IOException {
    return locked(() -> table.byPath(path));
  }

  /** The next files in order of device and inode, after a position that need not exist. */
  public List<IndexedFile> after(long device, long inode, int max) throws IOException {
    return locked(() -> table.after(device, inode, max));
  }

  /**
   * Deletes rows. May wait for a disk.
   *
   * @param gone as returned by {@link #after}; rows rewritten since then stay
   * @throws IOException if the database cannot be written; no row is deleted then
   */
  public void forget(Collection<IndexedFile> gone) throws IOException {
    locked(() -> {
      table.delete(gone);
      return gone;
    });
    count();
  }

  private interface Query<T extends @Nullable Object> {
    T run() throws SQLException;
  }

  private <T extends @Nullable Object> T locked(Query<T> query) throws IOException {
    mutex.lock();
    try {
      return query.run();
    } catch (SQLException failed) {
      throw new IOException(file + ": " + failed.getMessage(), failed);
    } finally {
      mutex.unlock();
    }
  }

  @Override
  public void save(IndexedFile known) {
    boolean first;
    mutex.lock();
    try {
      if (unwritten.size() >= MAX_UNWRITTEN) {
        return; // the disk is stuck; the file must be hashed again later
      }
      first = unwritten.isEmpty();
      unwritten.merge(
          known.version(),
          known,
          (before, now) ->
              new IndexedFile(now.version(), before.digests().with(now.digests()), now.path()));
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
      Map<FileVersion, IndexedFile> batch = unwritten;
      unwritten = new HashMap<>();
      if (failing || !key().equals(key)) {
        reopen();
      }
      table.replace(batch.values());
      failing = false;
    } catch (SQLException | IOException failed) {
      failed("written", failed);
    } finally {
      mutex.unlock();
    }
    count();
  }

  /** The file that the path leads to now; the path itself if there is none. */
  private Object key() throws IOException {
    try {
      Object found = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
      return found == null ? file : found;
    } catch (NoSuchFileException removed) {
      return file;
    }
  }

  /** Opens the path anew: SQLite would write to a removed file until the process ends. */
  private void reopen() throws SQLException, IOException {
    connection.close();
    Files.createDirectories(file.toAbsolutePath().getParent());
    connection = openOrReplace(file);
    table = new DigestTable(connection);
    key = key();
  }

  /** Logs the first failure only, until a write succeeds again. */
  private void failed(String what, Exception why) {
    if (!failing) {
      failing = true;
      LOG.log(
          Level.WARNING,
          "{0} cannot be {1}: {2}; digests are computed again when needed",
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
