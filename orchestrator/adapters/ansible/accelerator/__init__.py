"""Runs users' playbooks over one ssh session for each host, with interpreters there that stay."""
