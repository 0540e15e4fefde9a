"""What sentences say of units: their tiers, scores and ranks, and the names in a clause."""
