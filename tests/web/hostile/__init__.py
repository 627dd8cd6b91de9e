"""What strangers send, and what hosts and plans are called: a list of attacks over the real server."""
