"""Sentences that a notebook cell shows: headline, finding, note."""

import html
from dataclasses import dataclass

from audit_lib.wording.words import Text, Words, is_finding


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


def show_finding(text: Text | None, words: Words) -> Finding | None:
    """Show a text as a finding of its section, as a note if it only says why there is none; None shows nothing."""
    if text is None:
        return None
    return Finding(words.word(text), "finding" if is_finding(text) else "note")


def show_headline(text: Text, words: Words) -> Finding:
    """Show a text as the finding of its report."""
    return Finding(words.word(text), "headline" if is_finding(text) else "headline silent")


def show_note(text: Text, words: Words) -> Finding:
    """Show a text that limits a finding."""
    return Finding(words.word(text), "note")
