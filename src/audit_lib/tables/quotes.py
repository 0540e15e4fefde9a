"""Hold what we recorded by hand against the raw file: do the quoted words stand where we say?"""

import pandas as pd

from audit_lib.documents.model import Document, line_of, squeeze
from audit_lib.wording.words import Phrase, say


def verify_quotes(known: pd.DataFrame, document: Document) -> pd.DataFrame:
    """Add to a table with `quote` and `place` whether the raw file has the quote there, and the line.

    Width and white space do not count. `line` is NA for a place that is no line.
    """
    printed = {line.place: line.key for line in document.lines}
    is_quoted = [
        squeeze(quote) in printed.get(place, "") for quote, place in zip(known["quote"], known["place"], strict=True)
    ]
    lines = pd.array([line_of(place) for place in known["place"]], dtype="Int32")
    return known.assign(is_quoted=pd.array(is_quoted, dtype="boolean"), line=lines)


def describe_quotes(verified: pd.DataFrame) -> Phrase:
    """Say whether all quotes of a verified table stand in the raw file."""
    if verified.empty:
        return say("quotes.none")
    missing = list(verified.loc[~verified["is_quoted"], "quote"])
    facts = {"n": len(verified), "n_missing": len(missing), "quotes": missing}
    return say("quotes.missing" if missing else "quotes.all", **facts)
