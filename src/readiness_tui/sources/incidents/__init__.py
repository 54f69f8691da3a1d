"""Incidents as other people wrote them down: postmortems in markdown, timelines in CSV, pasted chat logs, our JSON."""
