"""Sentences that a notebook cell shows: headline, bullets, finding, note, and the box to read first."""

import html
from dataclasses import dataclass

from audit_lib.wording.words import Text, Words, is_finding


@dataclass(frozen=True)
class Finding:
    """A sentence with its numbers. `role` is headline, finding, note or box: how much it weighs on the page.

    A headline that only says why there is nothing to report has the role `headline silent`. `markup` is the sentence
    as HTML, where it has bold words or links.
    """

    text: str
    role: str = "finding"
    markup: str = ""

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f'<p class="{self.role}">{self.markup or html.escape(self.text)}</p>'


@dataclass(frozen=True)
class Bullets:
    """Two or three messages under a headline, each with a bold start."""

    texts: tuple[str, ...]
    markups: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join(f"• {text}" for text in self.texts)

    def _repr_html_(self) -> str:
        listed = "".join(f'<li class="bullet">{each}</li>' for each in self.markups)
        return f'<ul class="bullets">{listed}</ul>'


def show_finding(text: Text | None, words: Words) -> Finding | None:
    """Show a text as a finding of its section, as a note if it only says why there is none; None shows nothing."""
    return None if text is None else _show(text, words, "finding" if is_finding(text) else "note")


def show_headline(text: Text, words: Words) -> Finding:
    """Show a text as the finding of its report, units and tiers named in the language of the report alone."""
    return _show(text, words.without_glosses(), "headline" if is_finding(text) else "headline silent")


def show_note(text: Text, words: Words) -> Finding:
    """Show a text that limits a finding."""
    return _show(text, words, "note")


def show_bullets(texts: tuple[Text | None, ...], words: Words) -> Bullets | None:
    """Show messages as a list; None is left out, and no list is shown where all are None."""
    shown = [_show(text, words, "bullet") for text in texts if text is not None]
    return Bullets(tuple(each.text for each in shown), tuple(each.markup for each in shown)) if shown else None


def show_box(text: Text, words: Words, link: str, href: str) -> Finding:
    """Show what to know before quoting a report, with a link to how we know."""
    shown = _show(text, words, "box")
    anchor = f'<a href="{html.escape(href)}">{html.escape(link)}</a>'
    return Finding(f"{shown.text} {link}", "box", f"{shown.markup} {anchor}")


def _show(text: Text, words: Words, role: str) -> Finding:
    markup = words.mark_up(text)
    return Finding(html.unescape(markup.replace("<strong>", "").replace("</strong>", "")), role, markup)
