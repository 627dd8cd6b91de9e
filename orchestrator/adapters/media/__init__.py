"""Media libraries in folders and behind HTTP(S), and the cache of what was copied from them, by digest."""
