"""What make.py writes the sample from: the texts (TOML), and one module for each kind of file."""
