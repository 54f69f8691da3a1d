"""A readiness review for LLM systems, in the terminal."""

__version__ = "0.1.0"
