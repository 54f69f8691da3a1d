"""The list of traces: its filter as SQL, its pages, the index of words, counts by field, one record."""
