"""A document → the notice as printed: tables, lists, sentences."""
