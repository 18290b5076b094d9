package dev.millrace.content.listing;

import dev.millrace.transport.TransportChoice;

class UringListingTest extends ListingContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
