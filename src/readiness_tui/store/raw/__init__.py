"""Raw records as they were in their files: packed, read, packed anew."""
