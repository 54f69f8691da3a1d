"""Files that are read in pieces, each of which can be read by itself, in whichever process."""
