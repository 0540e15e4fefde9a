"""Any published file → lines and grids, each with its place."""
