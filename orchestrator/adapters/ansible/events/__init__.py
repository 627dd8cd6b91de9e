"""What a run wrote down, read back: its events, the changes of its tasks, and what they did on other hosts."""
