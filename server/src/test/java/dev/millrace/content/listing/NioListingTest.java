package dev.millrace.content.listing;

import dev.millrace.transport.TransportChoice;

class NioListingTest extends ListingContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.NIO;
  }
}
