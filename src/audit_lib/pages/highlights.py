"""Highlight what was read in the raw text of a notice: cells of rows, entries of lists, units that prose names."""

import re
from collections import deque
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from audit_lib.documents.model import PADDING, Line
from audit_lib.notices.notice import Notice

KINDS = ("unit", "score", "rank", "tier", "mention")  # of what is highlighted
MOST_AHEAD = 50  # cells that are looked for in one stretch of print before it is taken to hold none of the rest

Runs = list[deque[tuple[str, str]]]  # what is highlighted at a place, kind and print, in the order of print


@dataclass
class Highlights:
    """Lines to highlight, by their identity, and stretches of print, by their place."""

    kinds: set[str]
    whole: dict[int, str]
    inside: dict[str, Runs]


def find_highlights(notice: Notice) -> Highlights:
    """Find what was read: the cells of the rows, the entries of the tier lists, the units that the prose names."""
    lines = {id(line) for line in notice.document.lines}
    found = Highlights(set(), {}, {})
    rows, lists, prose = dict[str, Any](), dict[str, Any](), dict[str, Any]()
    for row in (row for table in notice.tables for row in table.rows):
        stated = [("unit", row.unit), *([] if row.score is None else [("score", f"{row.score:g}")])]
        cells = row.cells or [(kind, Line(row.place, text)) for kind, text in stated]
        for kind, cell in cells:
            if id(cell) in lines:
                found.whole[id(cell)] = kind
            else:
                rows.setdefault(cell.place, deque()).append((kind, cell.text.strip()))
            found.kinds.add(kind)
    for tier in notice.tiers:
        lists.setdefault(tier.place, deque()).extend(("tier", unit) for unit in tier.units)
        found.kinds.add("tier")
    for mention in notice.mentions:
        prose.setdefault(mention.place, []).append(deque([("mention", mention.unit)]))
        found.kinds.add("mention")
    for place in {*rows, *lists, *prose}:
        ordered = [found_here[place] for found_here in (rows, lists) if place in found_here]
        found.inside[place] = [*ordered, *prose.get(place, [])]
    return found


def highlight(text: str, runs: Runs) -> Markup:
    """Highlight stretches of a text, each run of them in its order; what is found is taken from the runs."""
    spans: list[tuple[int, int, str]] = []
    for run in runs:
        at = 0
        missed: list[tuple[str, str]] = []
        while run and len(missed) < MOST_AHEAD:
            kind, wanted = run.popleft()
            if (span := _find(text, wanted, at)) is None:
                missed.append((kind, wanted))
                continue
            at = span[1]
            spans.append((*span, kind))
        run.extendleft(reversed(missed))
    pieces: list[Markup] = []
    done = 0
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):  # the longer of two
        if start >= done and kind in KINDS:
            pieces += [escape(text[done:start]), mark(text[start:end], kind)]
            done = end
    return Markup("").join([*pieces, escape(text[done:])])


def mark(text: str, kind: str) -> Markup:
    return Markup('<mark class="{}">{}</mark>').format(kind, text)


def _find(text: str, wanted: str, at: int) -> tuple[int, int] | None:
    """Find words in a text: as they are, else with padding between their letters. A number is no part of another."""
    start = text.find(wanted, at)
    while start >= 0:
        end = start + len(wanted)
        if not _is_part(text, start, end):
            return start, end
        start = text.find(wanted, start + 1)
    plain = PADDING.sub("", wanted)
    if plain not in PADDING.sub("", text[at:]) or not PADDING.search(text, at):
        return None
    match = re.compile(f"{PADDING.pattern}*".join(map(re.escape, plain))).search(text, at)
    return match.span() if match and not _is_part(text, *match.span()) else None


def _is_part(text: str, start: int, end: int) -> bool:
    """Return whether a stretch of a text cuts a number: 88 in 88.5, 8 in 18."""
    cuts_before = re.search(r"\d\.?$", text[max(0, start - 2) : start]) and text[start].isdigit()
    cuts_after = re.match(r"\.?\d", text[end : end + 2]) and text[end - 1].isdigit()
    return bool(cuts_before or cuts_after)
