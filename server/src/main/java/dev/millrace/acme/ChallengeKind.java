package dev.millrace.acme;

/** How control of a name is proven. */
enum ChallengeKind {
  TLS_ALPN_01("tls-alpn-01"),
  HTTP_01("http-01");

  private final String text;

  ChallengeKind(String text) {
    this.text = text;
  }

  /** The name in RFC 8555 and RFC 8737. */
  @Override
  public String toString() {
    return text;
  }
}
