package dev.millrace.cli;

import io.nayuki.qrcodegen.QrCode;
import java.io.IOException;

/** What a user can have done when the server has started. */
final class StartActions {
  private static final String BROWSER = "xdg-open";

  /** Light modules around the code, which scanners need. */
  private static final int BORDER = 2;

  private StartActions() {}

  /** A text as a QR code for a terminal: each character is two modules, one above the other. */
  static String qrCode(String text) {
    QrCode code = QrCode.encodeText(text, QrCode.Ecc.LOW);
    StringBuilder lines = new StringBuilder();
    for (int y = -BORDER; y < code.size + BORDER; y += 2) {
      for (int x = -BORDER; x < code.size + BORDER; x++) {
        // Most terminals are dark, so light modules are drawn.
        boolean above = !code.getModule(x, y);
        boolean below = !code.getModule(x, y + 1) && y + 1 < code.size + BORDER;
        lines.append(above ? below ? '\u2588' : '\u2580' : below ? '\u2584' : ' ');
      }
      lines.append('\n');
    }
    return lines.toString();
  }

  /** Opens a URL in the user's browser; the server goes on if that is not possible. */
  static void open(String url) {
    try {
      var _ =
          new ProcessBuilder(BROWSER, url)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException missing) {
      System.err.println("millrace: cannot open a browser: " + missing.getMessage());
    }
  }
}
