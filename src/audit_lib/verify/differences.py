"""Name where two texts differ, as a reader would look for it. Nothing is judged here: equal texts have no difference.

The texts are pages or notebooks; both have a line for each thing they say, and headings that name what follows.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from audit_lib.errors import show_controls

MOST_LINES = 2000  # that are matched with each other; the work grows with their square
WINDOW = 60  # letters on each side of a difference
HEADING = re.compile(r"<(h[1-6]|caption)\b[^>]{0,200}>(.{1,200}?)</\1>|^\s*\"## ([^\"\\]{1,200})")
TAG = re.compile(r"<[^>]{0,500}>")


@dataclass(frozen=True)
class Difference:
    """One difference: the heading above it, its line in the file, what the file has there and what is expected.

    `shown` is None where something is missing, `expected` where something was added.
    """

    heading: str
    line: int
    shown: str | None
    expected: str | None

    def __str__(self) -> str:
        under = f" under {self.heading}" if self.heading else ""
        sides = [f"shows {self.shown}"] if self.shown is not None else []
        sides += [f"expected {self.expected}"] if self.expected is not None else []
        return show_controls(f"line {self.line}{under}: {', '.join(sides)}")


def find_differences(shown: str, expected: str) -> list[Difference]:
    """Find the differences of two texts, in their order; where very many lines differ, they are one difference."""
    ours, theirs = expected.split("\n"), shown.split("\n")
    first = _count_common(theirs, ours)
    last = _count_common(theirs[first:][::-1], ours[first:][::-1])
    old, new = ours[first : len(ours) - last], theirs[first : len(theirs) - last]
    spans = [(0, len(new), 0, len(old))] if max(len(old), len(new)) > MOST_LINES else _match(new, old)
    return [
        _describe(_find_heading(ours[: first + from_]), first + low + 1, new[low:high], old[from_:to])
        for low, high, from_, to in spans
    ]


def _match(new: list[str], old: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield which lines differ from which: line by line where as many came as went."""
    for tag, low, high, from_, to in SequenceMatcher(None, new, old).get_opcodes():
        if tag == "replace" and high - low == to - from_:
            yield from ((low + n, low + n + 1, from_ + n, from_ + n + 1) for n in range(high - low))
        elif tag != "equal":
            yield low, high, from_, to


def _count_common(one: Sequence[str], other: Sequence[str]) -> int:
    differing = (n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1])
    return next(differing, min(len(one), len(other)))


def _find_heading(above: list[str]) -> str:
    found = next((match for line in reversed(above) if (match := HEADING.search(line))), None)
    return html.unescape(TAG.sub("", found[2] or found[3])) if found else ""


def _describe(heading: str, line: int, shown: list[str], expected: list[str]) -> Difference:
    there, due = "\n".join(shown), "\n".join(expected)
    at = _count_common(there, due)
    return Difference(heading, line, _cut(there, at) if shown else None, _cut(due, at) if expected else None)


def _cut(text: str, at: int) -> str:
    start, end = max(0, at - WINDOW), at + WINDOW
    return show_controls(f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}")
