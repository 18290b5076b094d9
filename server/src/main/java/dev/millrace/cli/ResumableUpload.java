package dev.millrace.cli;

import dev.millrace.cli.RemoteOptions.Failed;
import dev.millrace.cli.RemoteOptions.Transient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;

/**
 * Uploads one file so that it can go on after a lost connection
 * (draft-ietf-httpbis-resumable-upload-11, sections 4.2 to 4.4).
 */
final class ResumableUpload {
  private final HttpClient client;
  private final RemoteOptions options;
  private final CountedBody body;
  private final URI target;

  ResumableUpload(HttpClient client, RemoteOptions options, CountedBody body, URI target) {
    this.client = client;
    this.options = options;
    this.body = body;
    this.target = target;
  }

  /** Whether the server supports it for this target. */
  boolean isSupported() throws IOException, InterruptedException {
    HttpResponse<Void> response =
        client.send(
            options.request(target).method("OPTIONS", BodyPublishers.noBody()).build(),
            BodyHandlers.discarding());
    return response
        .headers()
        .firstValue("Accept-Patch")
        .orElse("")
        .contains("application/partial-upload");
  }

  /**
   * Sends the file.
   *
   * @param fields of the first request: names and values
   * @return the response to the last request
   */
  HttpResponse<String> send(Path file, long size, List<String> fields)
      throws Failed, InterruptedException {
    URI upload = options.retrying(() -> create(size, fields));
    return options.retrying(() -> append(upload, file, size));
  }

  private URI create(long size, List<String> fields)
      throws Failed, IOException, InterruptedException {
    HttpRequest request =
        options
            .request(target)
            .header("Upload-Complete", "?0")
            .header("Upload-Length", Long.toString(size))
            .headers(fields.toArray(String[]::new))
            .PUT(BodyPublishers.noBody())
            .build();
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    RemoteOptions.requireSuccess(response, response.body());
    String location =
        response
            .headers()
            .firstValue("Location")
            .orElseThrow(() -> new Failed("the server has not named the upload"));
    return target.resolve(location);
  }

  private HttpResponse<String> append(URI upload, Path file, long size)
      throws Failed, IOException, InterruptedException {
    HttpResponse<Void> state =
        client.send(options.request(upload).HEAD().build(), BodyHandlers.discarding());
    RemoteOptions.requireSuccess(state, "");
    long offset = state.headers().firstValueAsLong("Upload-Offset").orElse(-1);
    if (offset < 0 || offset > size) {
      throw new Failed("the server does not say how much of the file it has");
    }
    if (state.headers().firstValue("Upload-Complete").orElse("").equals("?1")) {
      return client.send( // the last response was lost
          options.request(target).header("Want-Repr-Digest", "sha-256=10").HEAD().build(),
          BodyHandlers.ofString());
    }
    HttpRequest request =
        options
            .request(upload)
            .header("Content-Type", "application/partial-upload")
            .header("Upload-Offset", Long.toString(offset))
            .header("Upload-Complete", "?1")
            .method("PATCH", body.of(file, offset, size))
            .build();
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    boolean over = response.headers().firstValue("Upload-Complete").orElse("").equals("?1");
    if (!over && response.statusCode() == 409) {
      throw new Transient("the server has more of the file than it said");
    }
    RemoteOptions.requireSuccess(response, response.body());
    return response;
  }
}
