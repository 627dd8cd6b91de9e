"""What options mean: persons, keys, times, files, and nouns made of option values."""
