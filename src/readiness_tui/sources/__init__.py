"""One module per outside format: recognise it by content, then yield records."""
