"""A deployment and its parts, each with the reducer that applies events to it."""
