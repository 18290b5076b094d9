package dev.millrace.server;

import dev.millrace.text.JsonText;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Debian's headless Chromium, driven through WebDriver (W3C) with hand-written JSON. */
public final class Browser implements AutoCloseable {
  private static final Pattern STARTED = Pattern.compile("started successfully on port (\\d+)");
  private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process driver;
  private final Path profile;
  private final String session;

  public Browser(boolean dark) throws Exception {
    this(dark, Path.of(System.getProperty("user.home")));
  }

  /**
   * @param home the home directory, with the authorities that the browser trusts
   */
  public Browser(boolean dark, Path home) throws Exception {
    Path log = Files.createTempFile("chromedriver", ".txt");
    profile = Files.createTempDirectory("chromium");
    ProcessBuilder builder =
        new ProcessBuilder("chromedriver", "--port=0")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("HOME", home.toString());
    driver = builder.start();
    String base = "http://127.0.0.1:" + port(log);
    Files.delete(log);
    String arguments =
        "\"--headless=new\",\"--no-sandbox\",\"--disable-gpu\",\"--disable-quic\",\"--no-first-run\","
            + "\"--disable-background-networking\",\"--disable-component-update\",\"--disable-sync\","
            + "\"--window-size=1100,800\",\"--user-data-dir="
            + profile
            + "\""
            + (dark ? ",\"--force-dark-mode\",\"--blink-settings=preferredColorScheme=0\"" : "");
    String capabilities =
        "{\"capabilities\":{\"alwaysMatch\":{\"goog:chromeOptions\":{\"args\":["
            + arguments
            + "]}}}}";
    String response = post(base + "/session", capabilities);
    session = base + "/session/" + value(response, "sessionId");
  }

  private int port(Path log) throws Exception {
    String text = Await.until(() -> Files.readString(log), so -> STARTED.matcher(so).find());
    Matcher started = STARTED.matcher(text);
    var _ = started.find();
    return Integer.parseInt(started.group(1));
  }

  private static String value(String json, String key) {
    Matcher match =
        Pattern.compile("\"" + key + "\":\\s*\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"")
            .matcher(json);
    if (!match.find()) {
      throw new AssertionError("no " + key + " in " + json);
    }
    return match.group(1);
  }

  private String post(String url, String body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(Duration.ofSeconds(60))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return checked(http.send(request, HttpResponse.BodyHandlers.ofString()));
  }

  private String get(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(session + path)).timeout(Duration.ofSeconds(60)).build();
    return checked(http.send(request, HttpResponse.BodyHandlers.ofString()));
  }

  private static String checked(HttpResponse<String> response) {
    if (response.statusCode() != 200) {
      throw new AssertionError(response.body());
    }
    return response.body();
  }

  public void open(String url) throws Exception {
    post(session + "/url", "{\"url\":\"" + url + "\"}");
  }

  /** Clicks the first element that matches a CSS selector. */
  public void click(String selector) throws Exception {
    String found =
        post(
            session + "/element",
            "{\"using\":\"css selector\",\"value\":\"" + selector.replace("\"", "\\\"") + "\"}");
    post(session + "/element/" + value(found, ELEMENT) + "/click", "{}");
  }

  /** Chooses files in the first file field that matches a CSS selector. */
  public void choose(String selector, Path... files) throws Exception {
    String found =
        post(session + "/element", "{\"using\":\"css selector\",\"value\":\"" + selector + "\"}");
    String text = String.join("\\n", Arrays.stream(files).map(Path::toString).toList());
    post(session + "/element/" + value(found, ELEMENT) + "/value", "{\"text\":\"" + text + "\"}");
  }

  /**
   * Runs a library's source and then an expression that gives a promise; returns the promise's
   * value as JSON.
   */
  public String await(String library, String promise) throws Exception {
    String script =
        library
            + ";\nconst done = arguments[arguments.length - 1];\n("
            + promise
            + ").then(done, failed => done('failed: ' + failed));";
    StringBuilder body = new StringBuilder("{\"args\":[],\"script\":");
    JsonText.string(body, script);
    String response = post(session + "/execute/async", body.append('}').toString());
    return response.substring(response.indexOf(':') + 1, response.lastIndexOf('}'));
  }

  /** Evaluates a JavaScript expression; returns JSON. */
  public String evaluate(String expression) throws Exception {
    String script = "return " + expression;
    String response =
        post(
            session + "/execute/sync",
            "{\"script\":\""
                + script.replace("\\", "\\\\").replace("\"", "\\\"")
                + "\",\"args\":[]}");
    return response.substring(response.indexOf(':') + 1, response.lastIndexOf('}'));
  }

  public String url() throws Exception {
    return value(get("/url"), "value");
  }

  /** Saves a PNG screenshot beside the test reports. */
  public Path screenshot(String name) throws Exception {
    Path file = Path.of("target", "screenshots", name + ".png");
    Files.createDirectories(file.getParent());
    return Files.write(file, Base64.getDecoder().decode(value(get("/screenshot"), "value")));
  }

  @Override
  public void close() throws IOException {
    try {
      HttpRequest end = HttpRequest.newBuilder(URI.create(session)).DELETE().build();
      http.send(end, HttpResponse.BodyHandlers.discarding());
      driver.destroy();
      driver.waitFor();
      Programs.run("rm", "-rf", profile.toString());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      driver.destroyForcibly();
    }
    http.close();
  }
}
