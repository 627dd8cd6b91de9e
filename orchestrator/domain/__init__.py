"""The nouns of deployment management: frozen values with no I/O, no clock and no randomness."""
