"""The chain: what shows that the file holds what the program wrote, and names what was changed past it."""
