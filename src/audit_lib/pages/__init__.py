"""Executed notebooks → HTML pages."""
