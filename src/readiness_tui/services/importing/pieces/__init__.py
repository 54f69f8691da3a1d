"""Imports whose file is read in pieces: by this process, or by others beside it, with the same outcome."""
