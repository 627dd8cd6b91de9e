"""The store under real processes, real deaths and a real full disk."""
