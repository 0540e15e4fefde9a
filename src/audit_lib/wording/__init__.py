"""Phrases, and their wording in each language."""
