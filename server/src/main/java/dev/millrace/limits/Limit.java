package dev.millrace.limits;

/** What a client can exceed. */
public enum Limit {
  /** Connections of one client. */
  CONNECTIONS_PER_CLIENT("max-connections-per-client"),
  /** Requests of one client. */
  REQUEST_RATE("max-request-rate"),
  /** A rule refuses the request. */
  DENY("deny"),
  /** The rate of a rule. */
  RULE_RATE("rate"),
  /** The bytes of a rule. */
  RULE_BYTES("bytes"),
  /** Requests on one connection. */
  REQUESTS_PER_CONNECTION("max-requests-per-connection"),
  /** The age of a connection. */
  CONNECTION_AGE("max-connection-age"),
  /** The client takes the response too slowly. */
  SEND_RATE("min-send-rate");

  private final String label;

  Limit(String label) {
    this.label = label;
  }

  /** The setting, or the member of a request rule; also the label in metrics. */
  public String label() {
    return label;
  }

  /** Whether a request or connection was refused; otherwise a connection was ended. */
  boolean refuses() {
    return compareTo(RULE_BYTES) <= 0;
  }
}
