"""What is kept beside the journal for speed, and can be thrown away."""
