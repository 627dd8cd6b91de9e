"""What is next: the one question, its steps, limits, waves, and the scope of a backout."""
