package dev.millrace.content.listing;

import dev.millrace.config.Settings.TransportChoice;

class NioListingTest extends ListingContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
