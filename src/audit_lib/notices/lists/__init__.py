"""Lists of units below or beside a heading: which headings are tiers, and the names that they head."""
