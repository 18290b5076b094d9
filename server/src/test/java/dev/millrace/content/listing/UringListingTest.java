package dev.millrace.content.listing;

import dev.millrace.config.Settings.TransportChoice;

class UringListingTest extends ListingContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
