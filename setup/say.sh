# Sourced: messages of all set-up scripts. Actions go to stdout, missing things to stderr.
does() { printf 'setup: %s\n' "$*"; }
lacks() { printf 'setup: MISSING: %s\n' "$*" >&2; }
works() { printf 'setup: still works: %s\n' "$*" >&2; }
