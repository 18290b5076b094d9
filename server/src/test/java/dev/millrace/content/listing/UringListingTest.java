package dev.millrace.content.listing;

import dev.millrace.server.Via;

class UringListingTest extends ListingContract {
  @Override
  Via transport() {
    return Via.URING;
  }
}
