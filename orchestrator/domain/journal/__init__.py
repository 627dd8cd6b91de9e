"""The journal: its events, the lifecycle that allows them, and the locks on hosts."""
