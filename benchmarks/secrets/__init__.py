"""How much of labelled credentials is masked, and how much of harmless text is."""
