"""What a request is refused for that is there, and yet in no figure."""

TOO_LARGE = "so nothing of it was taken in"
"""How the reason of a reject ends where a request was too large to be read. It is stored: what files hold ends so too."""
