"""A store moves from a file to a server: its marks, its rows, and the way."""
