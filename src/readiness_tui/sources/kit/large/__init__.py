"""Large files: what they hold is told by parts of them, and what is in them goes through memory piece by piece."""
