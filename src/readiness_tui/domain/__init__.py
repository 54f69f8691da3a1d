"""Plain values and the rules over them: no I/O, no clock, nothing else of ours imported."""
