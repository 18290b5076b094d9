package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class NioListingTest extends ListingContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
