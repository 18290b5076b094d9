package dev.millrace.cli;

import dev.millrace.digest.Algorithm;
import dev.millrace.text.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace put}: uploads files with their digests. */
@Command(
    name = "put",
    description = "Uploads files with their SHA-256, and checks what the server has stored.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "A URL that ends with a slash gets the name of each file.",
      "Exit code: 0 if every file is stored, 1 if one is not, 2 for a usage error."
    })
final class PutCommand implements Callable<Integer> {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);
  private static final int CHUNK_BYTES = 1 << 20;
  private static final Pattern DETAIL = Pattern.compile("\"detail\":\"((?:[^\"\\\\]|\\\\.)*)\"");

  @Parameters(
      arity = "2..*",
      paramLabel = "FILE... URL",
      description = "Files, then the URL of the file or of its directory.")
  private List<String> operands = new ArrayList<>();

  @Option(names = "--create", description = "Replaces no file: fails if there is one.")
  private boolean create;

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

  @Option(names = "--json", description = "Writes JSON instead of lines.")
  private boolean json;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private final AtomicLong doneBytes = new AtomicLong();
  private boolean first = true;

  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  PutCommand() {}

  /** A failure of one file, for the user. */
  private static final class Failed extends Exception {
    private static final long serialVersionUID = 1;

    Failed(String why) {
      super(why);
    }
  }

  @Override
  public Integer call() {
    List<String> files = operands.subList(0, operands.size() - 1);
    URI url;
    String authorization;
    try {
      url = url(operands.getLast(), files.size());
      authorization = authorization();
    } catch (IOException | IllegalArgumentException wrong) {
      spec.commandLine().getErr().println("millrace: " + wrong.getMessage());
      return Millrace.EXIT_USAGE;
    }
    boolean amiss = false;
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
        Console console = new Console()) {
      if (Console.isWatched()) {
        console.watch(doneBytes::get, 2 * files.stream().mapToLong(PutCommand::size).sum());
      }
      if (json) {
        console.out("[");
      }
      for (String file : files) {
        try {
          put(client, console, file, target(url, file), authorization);
        } catch (Failed failed) {
          amiss = true;
          console.complain(Console.bytes(file), String.valueOf(failed.getMessage()));
        }
      }
      if (json) {
        console.out(first ? "]\n" : "\n]\n");
      }
    }
    return amiss ? Millrace.EXIT_AMISS : 0;
  }

  private static URI url(String text, int files) {
    URI url = URI.create(text); // its message has the text
    if (!"http".equals(url.getScheme()) && !"https".equals(url.getScheme())) {
      throw new IllegalArgumentException(text + " is not a URL of http or https");
    }
    if (files > 1 && !text.endsWith("/")) {
      throw new IllegalArgumentException(
          text + ": several files need a URL that ends with a slash");
    }
    return url;
  }

  private static URI target(URI url, String file) throws Failed {
    if (!url.getPath().endsWith("/")) {
      return url;
    }
    Path name = Path.of(file).getFileName();
    if (name == null) {
      throw new Failed("has no name");
    }
    StringBuilder encoded = new StringBuilder();
    for (byte b : Console.bytes(name.toString())) {
      char c = (char) (b & 0xff);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0)) {
        encoded.append(c);
      } else {
        encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    return url.resolve("./" + encoded);
  }

  private @Nullable String authorization() throws IOException {
    if (tokenFile != null) {
      return "Bearer " + firstLine(tokenFile);
    }
    if ((user == null) != (passwordFile == null)) {
      throw new IllegalArgumentException("--user and --password-file need each other");
    }
    if (user == null || passwordFile == null) {
      return null;
    }
    String both = user + ":" + firstLine(passwordFile);
    return "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
  }

  private static String firstLine(Path file) throws IOException {
    try (var lines = Files.lines(file)) {
      return lines.findFirst().orElseThrow(() -> new IOException(file + " is empty")).strip();
    } catch (IOException unreadable) {
      throw new IOException(file + " cannot be read", unreadable);
    }
  }

  private static long size(String file) {
    try {
      return Files.size(Path.of(file));
    } catch (IOException absent) {
      return 0;
    }
  }

  private void put(
      HttpClient client, Console console, String file, URI target, @Nullable String authorization)
      throws Failed {
    try {
      byte[] digest = digest(Path.of(file));
      String expected = "sha-256=:" + Base64.getEncoder().encodeToString(digest) + ":";
      HttpRequest.Builder request =
          HttpRequest.newBuilder(target)
              .expectContinue(true) // a refusal then costs no transfer
              .header("Repr-Digest", expected)
              .PUT(counted(BodyPublishers.ofFile(Path.of(file))));
      if (create) {
        request.header("If-None-Match", "*");
      }
      if (authorization != null) {
        request.header("Authorization", authorization);
      }
      HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
      if (response.statusCode() / 100 != 2) {
        throw new Failed(refusal(response));
      }
      String stored = response.headers().firstValue("Repr-Digest").orElse("");
      if (!stored.contains(expected)) {
        throw new Failed("the server does not confirm the digest; it may have stored other bytes");
      }
      print(console, file, target, response.statusCode(), HexFormat.of().formatHex(digest));
    } catch (IOException failed) {
      throw new Failed(failed.getMessage() == null ? failed.toString() : failed.getMessage());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Failed("interrupted");
    }
  }

  private static String refusal(HttpResponse<String> response) {
    Matcher detail = DETAIL.matcher(response.body());
    return "status "
        + response.statusCode()
        + (detail.find() ? ": " + detail.group(1).replace("\\\"", "\"") : "");
  }

  private byte[] digest(Path file) throws IOException {
    MessageDigest digest = Algorithm.SHA_256.start();
    byte[] chunk = new byte[CHUNK_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        digest.update(chunk, 0, n);
        doneBytes.addAndGet(n);
      }
    }
    return digest.digest();
  }

  /** Counts the bytes of a body as they are sent. */
  private BodyPublisher counted(BodyPublisher body) {
    Flow.Publisher<ByteBuffer> counting =
        subscriber ->
            body.subscribe(
                new Flow.Subscriber<>() {
                  @Override
                  public void onSubscribe(Flow.Subscription subscription) {
                    subscriber.onSubscribe(subscription);
                  }

                  @Override
                  public void onNext(ByteBuffer bytes) {
                    doneBytes.addAndGet(bytes.remaining());
                    subscriber.onNext(bytes);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    subscriber.onError(failure);
                  }

                  @Override
                  public void onComplete() {
                    subscriber.onComplete();
                  }
                });
    return body.contentLength() == 0
        ? BodyPublishers.noBody()
        : BodyPublishers.fromPublisher(counting, body.contentLength());
  }

  private void print(Console console, String file, URI target, int status, String hex) {
    String what = status == 201 ? "created" : "replaced";
    if (json) {
      StringBuilder out = new StringBuilder(first ? "\n{\"path\":" : ",\n{\"path\":");
      first = false;
      JsonText.string(out, file);
      JsonText.member(out, "url", target.toString());
      JsonText.member(out, "result", what);
      JsonText.member(out, "sha256", hex);
      console.out(out.append('}').toString());
    } else {
      console.out(hex + "  " + target + " " + what + "\n");
    }
  }
}
