"""The use cases of people and timers, one module each."""
