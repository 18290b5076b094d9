package dev.millrace.cli;

import dev.millrace.cli.RemoteOptions.Failed;
import dev.millrace.digest.Algorithm;
import dev.millrace.text.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
      "A URL that ends with a slash gets the name of each file. A file of 8 MiB or more",
      "is resumed after a lost connection, if the server supports that.",
      "Exit code: 0 if every file is stored, 1 if one is not, 2 for a usage error."
    })
final class PutCommand implements Callable<Integer> {
  /** A shorter file is sent again rather than resumed. */
  private static final long RESUMABLE_BYTES = 8 << 20;

  private static final int CHUNK_BYTES = 1 << 20;

  @Parameters(
      arity = "2..*",
      paramLabel = "FILE... URL",
      description = "Files, then the URL of the file or of its directory.")
  private List<String> operands = new ArrayList<>();

  @Option(names = "--create", description = "Replaces no file: fails if there is one.")
  private boolean create;

  @Mixin private RemoteOptions remote = new RemoteOptions();

  @Option(names = "--json", description = "Writes JSON instead of lines.")
  private boolean json;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private final AtomicLong doneBytes = new AtomicLong();
  private boolean first = true;

  @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
  PutCommand() {}

  @Override
  public Integer call() {
    List<String> files = operands.subList(0, operands.size() - 1);
    URI url;
    try {
      url = url(operands.getLast(), files.size());
      remote.load();
    } catch (IOException | IllegalArgumentException wrong) {
      spec.commandLine().getErr().println("millrace: " + wrong.getMessage());
      return Millrace.EXIT_USAGE;
    }
    boolean amiss = false;
    try (HttpClient client = RemoteOptions.client();
        Console console = new Console()) {
      if (Console.isWatched()) {
        console.watch(doneBytes::get, 2 * files.stream().mapToLong(PutCommand::size).sum());
      }
      if (json) {
        console.out("[");
      }
      for (String file : files) {
        try {
          put(client, console, file, target(url, file));
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
    URI url = RemoteOptions.url(text);
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

  private static long size(String file) {
    try {
      return Files.size(Path.of(file));
    } catch (IOException absent) {
      return 0;
    }
  }

  private void put(HttpClient client, Console console, String file, URI target) throws Failed {
    try {
      Path path = Path.of(file);
      byte[] digest = digest(path);
      String expected = "sha-256=:" + Base64.getEncoder().encodeToString(digest) + ":";
      List<String> fields = new ArrayList<>(List.of("Repr-Digest", expected));
      if (create) {
        fields.addAll(List.of("If-None-Match", "*"));
      }
      HttpResponse<String> response = send(client, path, target, fields);
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

  /** Sends a large file so that it can be resumed, if the server supports that. */
  private HttpResponse<String> send(HttpClient client, Path file, URI target, List<String> fields)
      throws Failed, IOException, InterruptedException {
    long size = Files.size(file);
    CountedBody body = new CountedBody(doneBytes);
    ResumableUpload resumable = new ResumableUpload(client, remote, body, target);
    if (size >= RESUMABLE_BYTES && remote.retrying(resumable::isSupported)) {
      return resumable.send(file, size, fields);
    }
    HttpRequest request =
        remote
            .request(target)
            .expectContinue(size > 0) // a refusal then costs no transfer
            .headers(fields.toArray(String[]::new))
            .PUT(body.of(file, 0, size))
            .build();
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      throw new Failed(RemoteOptions.refusal(response.statusCode(), response.body()));
    }
    return response;
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
