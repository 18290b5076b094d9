package dev.millrace.content.write;

import dev.millrace.content.write.WriteStats.Outcome;
import dev.millrace.sync.Errno;
import dev.millrace.uring.ErrnoException;
import io.undertow.util.HttpString;
import io.undertow.util.StatusCodes;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A write that is refused or has failed: the status of the response, and what it says. */
public final class WriteException extends Exception {
  private static final long serialVersionUID = 1;

  public static final int INSUFFICIENT_STORAGE = 507; // RFC 4918 §11.5
  static final int CHECKSUM_MISMATCH = 460; // tus 1.0, its extension "checksum"
  public static final int LOCKED = 423; // RFC 4918 §11.3

  private final int status;
  private final transient Map<String, String> members = new LinkedHashMap<>();
  private final transient Map<HttpString, String> fields = new LinkedHashMap<>();
  private Outcome outcome;
  private @Nullable String condition;
  private String reference = "";

  public WriteException(int status, String detail) {
    super(detail);
    this.status = status;
    this.outcome =
        switch (status) {
          case StatusCodes.PRECONDITION_FAILED -> Outcome.PRECONDITION;
          case StatusCodes.REQUEST_TIME_OUT -> Outcome.ABORTED;
          case LOCKED -> Outcome.PRECONDITION;
          case INSUFFICIENT_STORAGE -> Outcome.NO_ROOM;
          case StatusCodes.INTERNAL_SERVER_ERROR -> Outcome.FAILED;
          default -> Outcome.REFUSED;
        };
  }

  /** The response to a failed system call. */
  public static WriteException of(ErrnoException failed) {
    WriteException problem =
        switch (failed.errno()) {
          case Errno.ENOSPC, Errno.EDQUOT, Errno.E2BIG ->
              new WriteException(INSUFFICIENT_STORAGE, "the file system has no room");
          case Errno.EFBIG ->
              new WriteException(
                  StatusCodes.REQUEST_ENTITY_TOO_LARGE,
                  "the file system has no files of this size");
          case Errno.EACCES, Errno.EPERM, Errno.EROFS ->
              new WriteException(
                  StatusCodes.FORBIDDEN, "the server has no permission to change this directory");
          case Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP ->
              new WriteException(StatusCodes.CONFLICT, "the parent is no directory");
          case Errno.EXDEV ->
              new WriteException(
                  StatusCodes.CONFLICT, "the path leads out of the root or to another file system");
          case Errno.EEXIST ->
              new WriteException(StatusCodes.CONFLICT, "another client has just created the name");
          case Errno.EBUSY ->
              new WriteException(StatusCodes.CONFLICT, "a file system is mounted there");
          case Errno.ENOTEMPTY ->
              new WriteException(StatusCodes.CONFLICT, "the directory is not empty");
          case Errno.ENAMETOOLONG, Errno.EINVAL, Errno.EILSEQ ->
              new WriteException(
                  StatusCodes.BAD_REQUEST, "the file system does not allow this name");
          case Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM ->
              new WriteException(
                  StatusCodes.SERVICE_UNAVAILABLE, "the server has no free descriptor");
          default ->
              new WriteException(StatusCodes.INTERNAL_SERVER_ERROR, "the file system has failed");
        };
    problem.initCause(failed);
    return problem;
  }

  /** Counts the write with this outcome in place of the one of its status. */
  WriteException as(Outcome other) {
    outcome = other;
    return this;
  }

  Outcome outcome() {
    return outcome;
  }

  /**
   * Names the condition of WebDAV that does not hold (RFC 4918 §16).
   *
   * @param name of the XML element
   * @param href of the resource that it refers to; empty for none
   */
  public WriteException condition(String name, String href) {
    condition = name;
    reference = href;
    return this;
  }

  /** The name of a condition of WebDAV, or null. */
  public @Nullable String condition() {
    return condition;
  }

  /** The resource of the condition, or empty. */
  public String reference() {
    return reference;
  }

  /** Names the problem's type in IANA's registry of HTTP problem types. */
  WriteException type(String name) {
    return with("type", "https://iana.org/assignments/http-problem-types#" + name);
  }

  /** Adds a field to the response. */
  WriteException field(HttpString name, String value) {
    fields.put(name, value);
    return this;
  }

  Map<HttpString, String> fields() {
    return fields;
  }

  /** Adds a member to the body. */
  WriteException with(String name, String value) {
    members.put(name, value);
    return this;
  }

  public int status() {
    return status;
  }

  public String detail() {
    return String.valueOf(getMessage());
  }

  Map<String, String> members() {
    return members;
  }
}
