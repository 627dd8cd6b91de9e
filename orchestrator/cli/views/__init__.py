"""How things are shown: trees, tables, plain lines, JSON lines and outlines."""
