"""Values in, text out: scorecard, incident note, gaps, CI output."""
