"""Getting at the file: whose it is, in which journal, for writing or only for reading."""
