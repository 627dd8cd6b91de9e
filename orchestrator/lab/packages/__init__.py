"""Debian packages for the hosts of a lab: a caching proxy between them and the machine's sources."""
