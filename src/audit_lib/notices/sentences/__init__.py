"""Read the tiers, scores and ranks that sentences give, and the names in a clause."""
