"""One folder a screen: `screen.py` and, where it needs one, `screen.tcss`."""
