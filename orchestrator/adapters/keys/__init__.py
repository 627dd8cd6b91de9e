"""Keys of people: making, keeping and trusting them, and signatures by them. The only place that knows cryptography."""
