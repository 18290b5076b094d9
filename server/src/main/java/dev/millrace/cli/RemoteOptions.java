package dev.millrace.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options and rules of commands that send requests to a server. */
final class RemoteOptions {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration RESPONSE_TIMEOUT = Duration.ofMinutes(10);
  private static final long FIRST_PAUSE_MILLIS = 250;
  private static final Pattern DETAIL = Pattern.compile("\"detail\":\"((?:[^\"\\\\]|\\\\.)*)\"");

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "File whose first line is the bearer token.")
  private @Nullable Path tokenFile;

  @Option(names = "--user", paramLabel = "NAME", description = "User of a basic password.")
  private @Nullable String user;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "File whose first line is the password of --user.")
  private @Nullable Path passwordFile;

  @Option(
      names = "--retries",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Attempts after a lost connection or a status of 5xx (default: ${DEFAULT-VALUE}).")
  private int retries;

  private @Nullable String authorization;

  /** A failure of one file, for the user. */
  static final class Failed extends Exception {
    private static final long serialVersionUID = 1;

    Failed(String why) {
      super(why);
    }
  }

  /** A failure after which the same request may succeed. */
  static final class Transient extends IOException {
    private static final long serialVersionUID = 1;

    Transient(String why) {
      super(why);
    }
  }

  /**
   * Reads the credentials.
   *
   * @throws IOException if a file cannot be read
   * @throws IllegalArgumentException if options contradict each other
   */
  void load() throws IOException {
    if (retries < 0) {
      throw new IllegalArgumentException("--retries is 0 or more");
    }
    if (tokenFile != null) {
      authorization = "Bearer " + firstLine(tokenFile);
      return;
    }
    if ((user == null) != (passwordFile == null)) {
      throw new IllegalArgumentException("--user and --password-file need each other");
    }
    if (user != null && passwordFile != null) {
      String both = user + ":" + firstLine(passwordFile);
      authorization =
          "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String firstLine(Path file) throws IOException {
    try (var lines = Files.lines(file)) {
      return lines.findFirst().orElseThrow(() -> new IOException(file + " is empty")).strip();
    } catch (IOException unreadable) {
      throw new IOException(file + " cannot be read", unreadable);
    }
  }

  /** Parses a URL; its message has the text if it is none. */
  static URI url(String text) {
    URI url = URI.create(text);
    if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
      throw new IllegalArgumentException(text + " is not a URL of http or https");
    }
    return url;
  }

  static HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1) // a connection for each request in progress
        .connectTimeout(CONNECT_TIMEOUT)
        .build();
  }

  HttpRequest.Builder request(URI url) {
    HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(RESPONSE_TIMEOUT);
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return request;
  }

  /** Runs a step again, after growing pauses, while it throws an IOException. */
  <T> T retrying(Callable<T> step) throws Failed, InterruptedException {
    long pause = FIRST_PAUSE_MILLIS;
    for (int left = retries; ; left--) {
      try {
        return step.call();
      } catch (IOException lost) {
        if (left == 0) {
          throw new Failed(lost.getMessage() == null ? lost.toString() : lost.getMessage());
        }
        Thread.sleep(pause);
        pause *= 2;
      } catch (Failed | InterruptedException | RuntimeException other) {
        throw other;
      } catch (Exception unexpected) {
        throw new IllegalStateException(unexpected);
      }
    }
  }

  /** What a response says of a refusal. */
  static String refusal(int status, String body) {
    Matcher detail = DETAIL.matcher(body);
    return "status " + status + (detail.find() ? ": " + detail.group(1).replace("\\\"", "\"") : "");
  }

  /** Throws unless the status is 2xx: a failure that may pass if it is 429 or 5xx. */
  static void requireSuccess(HttpResponse<?> response, String body) throws Failed, Transient {
    int status = response.statusCode();
    if ((status / 100 == 5 && status != 507) || status == 429) {
      throw new Transient(refusal(status, body));
    }
    if (status / 100 != 2) {
      throw new Failed(refusal(status, body));
    }
  }
}
