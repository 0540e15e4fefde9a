"""Name where two texts differ, as a reader would look for it. Nothing is judged here: equal texts have no difference.

The texts are pages or notebooks; both have a line for each thing they say, and headings that name what follows.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_LINES = 500  # that are compared one by one; the work grows with their square
WINDOW = 60  # letters on each side of a difference
HEADING = re.compile(r"<(h[1-6]|caption)\b[^>]{0,200}>(.{1,200}?)</\1>|^\s*\"#+ ([^\"]{1,200})")
TAG = re.compile(r"<[^>]{0,500}>")


@dataclass(frozen=True)
class Difference:
    """One difference: the heading above it, its line in the file, what the file has there and what is expected."""

    heading: str
    line: int
    shown: str | None
    expected: str | None

    def __str__(self) -> str:
        under = f" under {self.heading}" if self.heading else ""
        sides = [f"shows {self.shown}"] if self.shown is not None else []
        sides += [f"expected {self.expected}"] if self.expected is not None else []
        return printable(f"line {self.line}{under}: {', '.join(sides)}")


def find_differences(shown: str, expected: str) -> list[Difference]:
    """Find the differences of two texts, in their order; where very many lines differ, they are one difference."""
    ours, theirs = expected.split("\n"), shown.split("\n")
    first = _count_common(theirs, ours)
    last = _count_common(theirs[first:][::-1], ours[first:][::-1])
    old, new = ours[first : len(ours) - last], theirs[first : len(theirs) - last]
    if max(len(old), len(new)) > MOST_LINES:
        spans = [(0, len(new), 0, len(old))]
    else:
        matched = SequenceMatcher(None, new, old, autojunk=False).get_opcodes()
        spans = [(low, high, from_, to) for tag, low, high, from_, to in matched if tag != "equal"]
    return [_describe(theirs, first + low, new[low:high], old[from_:to]) for low, high, from_, to in spans]


def _count_common(one: list[str], other: list[str]) -> int:
    return next(
        (n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )


def _describe(lines: list[str], at: int, shown: list[str], expected: list[str]) -> Difference:
    headings = (found for line in reversed(lines[: at + 1]) if (found := HEADING.search(line)))
    heading = next(headings, None)
    named = TAG.sub("", heading[2] or heading[3]) if heading else ""
    there, due = _cut_to_difference("\n".join(shown), "\n".join(expected))
    return Difference(printable(named), at + 1, there if shown else None, due if expected else None)


def _cut_to_difference(shown: str, expected: str) -> tuple[str, str]:
    """Cut two texts to what surrounds their first difference."""
    low, high = 0, min(len(shown), len(expected))
    while low < high:  # the longest common beginning, by halves
        middle = (low + high + 1) // 2
        low, high = (middle, high) if shown[:middle] == expected[:middle] else (low, middle - 1)
    return _cut(shown, low), _cut(expected, low)


def _cut(text: str, at: int) -> str:
    start, end = max(0, at - WINDOW), at + WINDOW
    return printable(f"{'…' if start else ''}{' '.join(text[start:end].split())}{'…' if end < len(text) else ''}")


def printable(text: str) -> str:
    """Return a text with whatever a terminal would not show as itself as its code.

    >>> printable("9\\u200b7 \\x1b[2J")
    '9\\\\u200b7 \\\\x1b[2J'
    """
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
