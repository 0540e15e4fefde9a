"""A notice → checked tables with resolved units."""
