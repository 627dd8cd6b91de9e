"""Completion of command lines in bash, zsh and fish: from a table, so that a TAB imports no verb and asks no host."""
