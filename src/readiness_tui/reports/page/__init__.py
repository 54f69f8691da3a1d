"""The documents as HTML: one file each, nothing loaded from elsewhere, readable without a script and on paper."""
