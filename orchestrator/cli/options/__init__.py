"""Options that several verbs share: persons, keys, times, files, and nouns made of option values."""
