"""What became of what a report states: a verdict on each statement, and how it is told."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from audit_lib.notebook.statements import Key, Statement

CONFIRMED, CHANGED, MISSING, ADDED = "confirmed", "changed", "missing", "added"
SENTENCES = ("headline", "finding")  # what is printed even where it is confirmed
WINDOW = 60  # characters on each side of a difference


@dataclass(frozen=True)
class Verdict:
    """What became of one row, input or statement: `shown` in the report, `expected` by notice or computation."""

    verdict: str
    kind: str
    where: tuple[str, ...]
    shown: str | None = None
    expected: str | None = None

    def __str__(self) -> str:
        place = " › ".join(filter(None, self.where))
        named = f"{self.verdict:<9}  {self.kind}{f' {place}' if place else ''}"
        if self.kind == "input":
            return named if self.verdict == CONFIRMED else f"{named} has changed since"
        if self.verdict == CONFIRMED:
            return f"{named}: {self.shown}" if self.shown else named
        source = "the notice has" if self.kind in ("line", "link") else "recomputed"
        shown, expected = _cut_to_difference(self.shown or "", self.expected or "")
        told = [f"shows {shown}"] if self.shown is not None else []
        told += [f"{source} {expected}"] if self.expected is not None else []
        return f"{named}: {', '.join(told)}"


@dataclass(frozen=True)
class Verification:
    """The verdicts on one report, with notes on what could not be compared."""

    path: Path
    verdicts: list[Verdict]
    notes: list[str] = field(default_factory=list)

    @property
    def is_confirmed(self) -> bool:
        return all(each.verdict == CONFIRMED for each in self.verdicts)

    def lines(self, *, every: bool) -> Iterator[str]:
        """Yield what a reader wants to know: the findings, all differences, the counts; with `every`, every verdict."""
        for each in self.verdicts:
            if every or each.verdict != CONFIRMED or each.kind in SENTENCES:
                yield str(each)
        yield from (f"note       {note}" for note in self.notes)
        counts = Counter(each.verdict for each in self.verdicts)
        counted = ", ".join(f"{counts[name]} {name}" for name in (CONFIRMED, CHANGED, MISSING, ADDED))
        rows = sum(each.kind == "line" for each in self.verdicts)
        yield f"{self.path}: {counted} ({rows} rows of the notice among them)"

    def as_dict(self) -> dict[str, Any]:
        """Give what a program would want to know."""
        told = [asdict(each) for each in self.verdicts]
        return {"report": str(self.path), "confirmed": self.is_confirmed, "verdicts": told, "notes": self.notes}


def compare(shown: Sequence[Statement], expected: Sequence[Statement]) -> list[Verdict]:
    """Hold what a report states against what a new computation gives, in its order."""
    given = {each.key: each.text for each in shown}
    computed = {each.key for each in expected}
    common = computed & given.keys()
    verdicts = []
    for each in expected:
        if (text := given.get(each.key)) is not None:
            verdict = CONFIRMED if text == each.text else CHANGED
            verdicts.append(Verdict(verdict, each.kind, each.where, text, each.text))
    for kind, where, text in _join([each for each in expected if each.key not in given], common):
        verdicts.append(Verdict(MISSING, kind, where, expected=text))
    for kind, where, text in _join([each for each in shown if each.key not in computed], common):
        verdicts.append(Verdict(ADDED, kind, where, text))
    return verdicts


def _join(stated: Iterable[Statement], common: Collection[Key]) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Tell cells of a row or of a table as one where no cell of it is on both sides."""
    there = {where[:n] for kind, where in common if kind == "cell" for n in (1, 2)}
    joined: dict[Key, list[str]] = {}
    for each in stated:
        where = each.where
        if each.kind == "cell":
            where = next((where[:n] for n in (1, 2) if where[:n] not in there), where)
        joined.setdefault((each.kind, where), []).append(each.text)
    for (kind, where), texts in joined.items():
        yield kind, where, " · ".join(texts)


def _cut_to_difference(shown: str, expected: str) -> tuple[str, str]:
    """Cut two long texts to what surrounds their first difference."""
    first = next((n for n, pair in enumerate(zip(shown, expected, strict=False)) if pair[0] != pair[1]), 0)
    return _cut(shown, first), _cut(expected, first)


def _cut(text: str, at: int) -> str:
    line = " ".join(text.split())
    if len(line) <= 2 * WINDOW:
        return line
    start = max(0, min(at, len(line)) - WINDOW)
    return ("…" if start else "") + line[start : at + WINDOW] + ("…" if at + WINDOW < len(line) else "")
