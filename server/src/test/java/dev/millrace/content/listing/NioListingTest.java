package dev.millrace.content.listing;

import dev.millrace.server.Via;

class NioListingTest extends ListingContract {
  @Override
  Via transport() {
    return Via.NIO;
  }
}
