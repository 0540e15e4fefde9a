"""Compare a published report with its notice."""
