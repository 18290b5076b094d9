package dev.millrace.sync;

/**
 * Linux error numbers (errno(3)) of the generic ABI of x86-64 and aarch64.
 *
 * <p>Plain {@code int}s, because completions carry them negated and fast paths compare them; {@link
 * #describe} makes them readable.
 */
public final class Errno {
  /** Operation not permitted. */
  public static final int EPERM = 1;

  /** No such file or directory. */
  public static final int ENOENT = 2;

  /** Interrupted system call. */
  public static final int EINTR = 4;

  /** Input/output error. */
  public static final int EIO = 5;

  /** No such device or address. */
  public static final int ENXIO = 6;

  /** Bad file descriptor. */
  public static final int EBADF = 9;

  /** Argument list, or the value of an attribute, too long. */
  public static final int E2BIG = 7;

  /** Resource temporarily unavailable. */
  public static final int EAGAIN = 11;

  /** Cannot allocate memory. */
  public static final int ENOMEM = 12;

  /** Permission denied. */
  public static final int EACCES = 13;

  /** Bad address. */
  public static final int EFAULT = 14;

  /** Device or resource busy. */
  public static final int EBUSY = 16;

  /** File exists. */
  public static final int EEXIST = 17;

  /** Invalid cross-device link. */
  public static final int EXDEV = 18;

  /** No such device. */
  public static final int ENODEV = 19;

  /** Not a directory. */
  public static final int ENOTDIR = 20;

  /** Is a directory. */
  public static final int EISDIR = 21;

  /** Invalid argument. */
  public static final int EINVAL = 22;

  /** Too many open files in system. */
  public static final int ENFILE = 23;

  /** Too many open files. */
  public static final int EMFILE = 24;

  /** File too large. */
  public static final int EFBIG = 27;

  /** No space left on device. */
  public static final int ENOSPC = 28;

  /** Illegal seek. */
  public static final int ESPIPE = 29;

  /** Read-only file system. */
  public static final int EROFS = 30;

  /** Broken pipe. */
  public static final int EPIPE = 32;

  /** Numerical result out of range. */
  public static final int ERANGE = 34;

  /** Resource deadlock avoided. */
  public static final int EDEADLK = 35;

  /** File name too long. */
  public static final int ENAMETOOLONG = 36;

  /** Function not implemented. */
  public static final int ENOSYS = 38;

  /** Directory not empty. */
  public static final int ENOTEMPTY = 39;

  /** Too many levels of symbolic links. */
  public static final int ELOOP = 40;

  /** Invalid request descriptor. */
  public static final int EBADR = 53;

  /** No such extended attribute. */
  public static final int ENODATA = 61;

  /** Timer expired. */
  public static final int ETIME = 62;

  /** Value too large for defined data type. */
  public static final int EOVERFLOW = 75;

  /** File descriptor in bad state. */
  public static final int EBADFD = 77;

  /** Socket operation on non-socket. */
  public static final int ENOTSOCK = 88;

  /** Message too long. */
  public static final int EMSGSIZE = 90;

  /** Operation not supported. */
  public static final int EOPNOTSUPP = 95;

  /** Address already in use. */
  public static final int EADDRINUSE = 98;

  /** Cannot assign requested address. */
  public static final int EADDRNOTAVAIL = 99;

  /** Invalid or incomplete multibyte or wide character. */
  public static final int EILSEQ = 84;

  /** Network is unreachable. */
  public static final int ENETUNREACH = 101;

  /** Software caused connection abort. */
  public static final int ECONNABORTED = 103;

  /** Connection reset by peer. */
  public static final int ECONNRESET = 104;

  /** No buffer space available. */
  public static final int ENOBUFS = 105;

  /** Transport endpoint is already connected. */
  public static final int EISCONN = 106;

  /** Transport endpoint is not connected. */
  public static final int ENOTCONN = 107;

  /** Connection timed out. */
  public static final int ETIMEDOUT = 110;

  /** Connection refused. */
  public static final int ECONNREFUSED = 111;

  /** Host is down. */
  public static final int EHOSTDOWN = 112;

  /** No route to host. */
  public static final int EHOSTUNREACH = 113;

  /** Operation already in progress. */
  public static final int EALREADY = 114;

  /** Operation now in progress. */
  public static final int EINPROGRESS = 115;

  /** Stale file handle. */
  public static final int ESTALE = 116;

  /** Disk quota exceeded. */
  public static final int EDQUOT = 122;

  /** Operation canceled. */
  public static final int ECANCELED = 125;

  private Errno() {}

  /**
   * The symbolic name and the number, as in {@code "ENOENT (2, No such file or directory)"}; for a
   * number not listed here {@code "errno 133"}.
   *
   * @param errno a positive error number
   */
  public static String describe(int errno) {
    return switch (errno) {
      case EPERM -> "EPERM (1, Operation not permitted)";
      case ENOENT -> "ENOENT (2, No such file or directory)";
      case EINTR -> "EINTR (4, Interrupted system call)";
      case EIO -> "EIO (5, Input/output error)";
      case ENXIO -> "ENXIO (6, No such device or address)";
      case EBADF -> "EBADF (9, Bad file descriptor)";
      case EAGAIN -> "EAGAIN (11, Resource temporarily unavailable)";
      case ENOMEM -> "ENOMEM (12, Cannot allocate memory)";
      case EACCES -> "EACCES (13, Permission denied)";
      case EFAULT -> "EFAULT (14, Bad address)";
      case EBUSY -> "EBUSY (16, Device or resource busy)";
      case EEXIST -> "EEXIST (17, File exists)";
      case EXDEV -> "EXDEV (18, Invalid cross-device link)";
      case ENODEV -> "ENODEV (19, No such device)";
      case ENOTDIR -> "ENOTDIR (20, Not a directory)";
      case EISDIR -> "EISDIR (21, Is a directory)";
      case EINVAL -> "EINVAL (22, Invalid argument)";
      case ENFILE -> "ENFILE (23, Too many open files in system)";
      case EMFILE -> "EMFILE (24, Too many open files)";
      case EFBIG -> "EFBIG (27, File too large)";
      case ENOSPC -> "ENOSPC (28, No space left on device)";
      case ESPIPE -> "ESPIPE (29, Illegal seek)";
      case EROFS -> "EROFS (30, Read-only file system)";
      case EPIPE -> "EPIPE (32, Broken pipe)";
      case E2BIG -> "E2BIG (7, Argument list too long)";
      case ENODATA -> "ENODATA (61, No data available)";
      case ERANGE -> "ERANGE (34, Numerical result out of range)";
      case EDEADLK -> "EDEADLK (35, Resource deadlock avoided)";
      case ENAMETOOLONG -> "ENAMETOOLONG (36, File name too long)";
      case ENOSYS -> "ENOSYS (38, Function not implemented)";
      case ENOTEMPTY -> "ENOTEMPTY (39, Directory not empty)";
      case ELOOP -> "ELOOP (40, Too many levels of symbolic links)";
      case EBADR -> "EBADR (53, Invalid request descriptor)";
      case ETIME -> "ETIME (62, Timer expired)";
      case EOVERFLOW -> "EOVERFLOW (75, Value too large for defined data type)";
      case EBADFD -> "EBADFD (77, File descriptor in bad state)";
      case ENOTSOCK -> "ENOTSOCK (88, Socket operation on non-socket)";
      case EMSGSIZE -> "EMSGSIZE (90, Message too long)";
      case EOPNOTSUPP -> "EOPNOTSUPP (95, Operation not supported)";
      case EADDRINUSE -> "EADDRINUSE (98, Address already in use)";
      case EADDRNOTAVAIL -> "EADDRNOTAVAIL (99, Cannot assign requested address)";
      case EILSEQ -> "EILSEQ (84, Invalid or incomplete multibyte or wide character)";
      case ENETUNREACH -> "ENETUNREACH (101, Network is unreachable)";
      case ECONNABORTED -> "ECONNABORTED (103, Software caused connection abort)";
      case ECONNRESET -> "ECONNRESET (104, Connection reset by peer)";
      case ENOBUFS -> "ENOBUFS (105, No buffer space available)";
      case EISCONN -> "EISCONN (106, Transport endpoint is already connected)";
      case ENOTCONN -> "ENOTCONN (107, Transport endpoint is not connected)";
      case ETIMEDOUT -> "ETIMEDOUT (110, Connection timed out)";
      case ECONNREFUSED -> "ECONNREFUSED (111, Connection refused)";
      case EHOSTDOWN -> "EHOSTDOWN (112, Host is down)";
      case EHOSTUNREACH -> "EHOSTUNREACH (113, No route to host)";
      case EALREADY -> "EALREADY (114, Operation already in progress)";
      case EINPROGRESS -> "EINPROGRESS (115, Operation now in progress)";
      case ESTALE -> "ESTALE (116, Stale file handle)";
      case EDQUOT -> "EDQUOT (122, Disk quota exceeded)";
      case ECANCELED -> "ECANCELED (125, Operation canceled)";
      default -> "errno " + errno;
    };
  }
}
