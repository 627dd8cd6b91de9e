"""A deployment and its parts, each with the reducer that says what events change in it."""
