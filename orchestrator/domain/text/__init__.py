"""What every noun is made of, and how values are written as text and as bytes."""
