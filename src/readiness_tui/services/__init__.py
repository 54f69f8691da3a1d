"""The use cases: each a short function that a front end calls."""
