"""What every command uses: printing, and the kinds of its options."""
