"""What was mended after the fact: names, superseded scorecards, imports taken back."""
