# Sourced: one voice for all set-up scripts. What is done goes to stdout, what is missing to stderr.
does() { printf 'setup: %s\n' "$*"; }
lacks() { printf 'setup: MISSING: %s\n' "$*" >&2; }
works() { printf 'setup: still works: %s\n' "$*" >&2; }
