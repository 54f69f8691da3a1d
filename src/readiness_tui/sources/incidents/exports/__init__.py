"""Incidents as tools export them in JSON: one module a tool, put together in `recognise`."""
