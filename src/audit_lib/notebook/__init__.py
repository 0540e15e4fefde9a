"""What a notebook opens: one report's material, parameters and statements."""
