"""What several screens say of the same thing, as text to be shown."""
