"""Real hosts on this one machine: a network namespace, a copy-on-write root and an sshd each."""
