package dev.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.config.Key;
import dev.millrace.config.SettingsLoader.Flags;
import dev.millrace.server.ServerSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** PlainServe reads arguments exactly as picocli does. */
class PlainServeTest {
  /** What picocli reads from the arguments after {@code serve}; empty if it fails or shows help. */
  private static Optional<Flags> picocli(String... arguments) {
    CommandLine command = Serve.commandLine();
    try {
      CommandLine.ParseResult typed =
          command.parseArgs(Arrays.copyOfRange(arguments, 1, arguments.length));
      return typed.isUsageHelpRequested() || typed.isVersionHelpRequested()
          ? Optional.empty()
          : Optional.of(((Serve) command.getCommand()).flags());
    } catch (CommandLine.ParameterException refused) {
      return Optional.empty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve",
        "serve DIR",
        "serve DIR --listen=127.0.0.1:0 --listen 127.0.0.1:1",
        "serve --config f.yaml DIR --transport nio",
        "serve --access-log - DIR",
        "serve --access-log=a=b"
      })
  void usualCommandLinesAreReadWithoutPicocli(String line) {
    String[] arguments = line.split(" ");
    Optional<Flags> plain = PlainServe.read(arguments);
    assertTrue(plain.isPresent());
    assertEquals(picocli(arguments), plain);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "doctor",
        "serve --help",
        "serve -h",
        "serve DIR OTHER",
        "serve --listen",
        "serve --listen --transport nio",
        "serve --unknown x",
        "serve --root x",
        "serve --config a --config b",
        "serve @file",
        "serve -- DIR",
        "serve --listen="
      })
  void otherCommandLinesAreLeftToPicocli(String line) {
    assertEquals(
        Optional.empty(), PlainServe.read(line.isEmpty() ? new String[0] : line.split(" ")));
  }

  @Test
  void randomCommandLinesAreReadAsPicocliReadsThem() {
    Random random = new Random(20261126);
    List<String> words =
        new ArrayList<>(List.of("DIR", "a b", "-", "--", "-x", "--help", "=", "@f"));
    words.addAll(
        List.of("--config", "--config=c", "'q'", "\"q", "x=y", "", "--lis", "--listen=", "é"));
    for (Key<?> key : ServerSettings.KEYS) {
      words.add("--" + key.name());
      words.add("--" + key.name() + "=v");
      words.add("v-" + key.name());
    }
    int read = 0;
    for (int i = 0; i < 4_000; i++) {
      String[] line = new String[1 + random.nextInt(5)];
      line[0] = "serve";
      for (int j = 1; j < line.length; j++) {
        line[j] = words.get(random.nextInt(words.size()));
      }
      Optional<Flags> plain = PlainServe.read(line);
      if (plain.isPresent()) {
        read++;
        assertEquals(picocli(line), plain, Arrays.toString(line));
      }
    }
    assertTrue(read > 500, "read " + read);
  }
}
