"""The service: pages and API over the journal. It reads, and puts people's words on the journal; it drives nothing."""
