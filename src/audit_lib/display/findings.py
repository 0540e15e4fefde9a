"""Sentences that a notebook cell shows: headline, finding, note."""

import html
from dataclasses import dataclass

from audit_lib.wording.words import Silence


@dataclass(frozen=True)
class Finding:
    """A sentence with its numbers. `role` is headline, finding or note: how much it weighs on the page.

    A headline that only says why there is nothing to report has the role `headline silent`.
    """

    text: str
    role: str = "finding"

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f'<p class="{self.role}">{html.escape(self.text)}</p>'


def find(sentence: str) -> Finding | None:
    """Show a computed sentence as a finding of its section, as a note if it only says why there is none."""
    if not sentence:
        return None
    return note(sentence) if isinstance(sentence, Silence) else Finding(sentence)


def headline(sentence: str) -> Finding:
    """Show a computed sentence as the finding of its report."""
    return Finding(sentence, "headline silent" if isinstance(sentence, Silence) else "headline")


def note(sentence: str) -> Finding:
    """Show a computed sentence that limits a finding."""
    return Finding(sentence, "note")
