"""Rules: pure functions over the nouns."""
