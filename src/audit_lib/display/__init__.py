"""What a notebook cell shows: sentences, tables, charts, and links to the notice."""
