"""What can be looked up without a file."""
