package dev.millrace.app;

import dev.millrace.app.Settings.TransportChoice;

class UringListingTest extends ListingContract {
  @Override
  TransportChoice transport() {
    return TransportChoice.URING;
  }
}
