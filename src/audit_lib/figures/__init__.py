"""Small result tables → charts; one module per topic."""
