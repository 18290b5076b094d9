package dev.millrace.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/** Bodies of requests, from files, that count their bytes as they are sent. */
final class CountedBody {
  private final AtomicLong doneBytes;

  CountedBody(AtomicLong doneBytes) {
    this.doneBytes = doneBytes;
  }

  /** The bytes of a file from an offset to its size. */
  BodyPublisher of(Path file, long offset, long size) {
    if (size == offset) {
      return BodyPublishers.noBody();
    }
    BodyPublisher rest = BodyPublishers.ofInputStream(() -> open(file, offset));
    return BodyPublishers.fromPublisher(counted(rest), size - offset);
  }

  private static InputStream open(Path file, long offset) {
    try {
      InputStream in = Files.newInputStream(file);
      in.skipNBytes(offset);
      return in;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private Flow.Publisher<ByteBuffer> counted(BodyPublisher body) {
    return subscriber ->
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
  }
}
