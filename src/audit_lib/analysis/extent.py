"""Which part of a longer list a notice shows, in words: every count and every "most" of it is of that part alone."""

import pandas as pd

from audit_lib.tables.measures import Measure
from audit_lib.wording.words import Phrase, say


def describe_extent(scores: pd.DataFrame, measure: Measure) -> Phrase | None:
    """Describe in a clause which part of the list the rows of a notice are; None where that is all, as far as known."""
    n = scores["unit_id"].nunique()
    if not measure.is_cut(n):
        return None
    if measure.extent == "best_ratings":
        n_tiers = scores["tier"].nunique()
        return say("extent.best_ratings" if n_tiers > 1 else "extent.best_rating", n=n_tiers)
    of = measure.n_ranked if (measure.n_ranked or 0) > n else None
    return say(f"extent.{measure.extent or 'some'}{'_of' if of else ''}", n=n, of=of)


def describe_lack(scores: pd.DataFrame, measure: Measure) -> Phrase | None:
    """Describe in few words, without numbers, what of a list is missing; None where nothing is, as far as known."""
    if not measure.is_cut(scores["unit_id"].nunique()):
        return None
    return say(f"extent.lacks_{measure.extent or 'some'}")
