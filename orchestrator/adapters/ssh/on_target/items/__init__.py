"""One kind of configuration item or source of facts a file; also sent to targets."""
