"""Compare what we recorded by hand with the raw file: are the quoted words where we say?"""

import pandas as pd

from audit_lib.documents.model import Document, line_of, squeeze


def verify_quotes(known: pd.DataFrame, document: Document) -> pd.DataFrame:
    """Add to a table with `quote` and `place` whether the raw file has the quote there, and the line.

    Width and white space do not count. `line` is NA for a place that is not a line.
    """
    printed = {line.place: line.key for line in document.lines}
    is_quoted = [
        squeeze(quote) in printed.get(place, "") for quote, place in zip(known["quote"], known["place"], strict=True)
    ]
    lines = pd.array([line_of(place) for place in known["place"]], dtype="Int32")
    return known.assign(is_quoted=pd.array(is_quoted, dtype="boolean"), line=lines)
