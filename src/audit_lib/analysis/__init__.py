"""Checked tables → small result tables and phrases; one module or two per notebook."""
