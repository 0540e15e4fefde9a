"""Notebooks × places × periods → promoted reports."""
