"""Read one row of a score table from its cells. What is no value of its column is reported, never guessed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from audit_lib.documents.model import PADDING, Line
from audit_lib.notices.grids.columns import ASIDE, FIGURE, Layout, read_figure, read_ordinal
from audit_lib.notices.words.word_lists import NUMBERING
from audit_lib.wording.words import Phrase

BETWEEN_HAN = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
MISPRINT = re.compile(r"(?<!\d)\d{1,9}[.,]{2,9}\d{1,9}")
SEVERAL = re.compile(r"\d[\d.]+(?:\s+\d[\d.]+)+")  # numbers in one cell; 9 5 . 5 is one with padding
NOTHING = "nothing"  # the meaning of a cell with a dash
DASH = re.compile("[-—–/]+")
COUNTED = re.compile(r"[(\uff08]共?\d+[个家处座项户名人件][)\uff09]$")  # what a group or a unit has


@dataclass(frozen=True)
class Problem:
    """Something printed that we could not use as it stands. `phrase` is worded under `problems` of a language."""

    check: str
    severity: str
    phrase: Phrase
    place: str

    @property
    def message(self) -> str:
        """The problem in an English sentence."""
        from audit_lib.wording.words import Words

        return Words("en")(self.phrase.key, **self.phrase.facts)


def note_problem(check: str, key: str, place: str, severity: str = "error", **facts: object) -> Problem:
    """Return a problem; its facts fill the template `problems.<key>` of a language."""
    return Problem(check, severity, Phrase(f"problems.{key}", facts), place)


@dataclass(frozen=True)
class ScoreRow:
    """One row as printed. `place` is where the unit is named; None where the row prints nothing.

    `cells` are the meaning and the print of each cell, in order; none of a row that a sentence states.
    """

    unit: str
    score: float | None
    rank: int | None
    serial: int | None
    tier: str | None
    group: str | None
    place: str
    extra: dict[str, str] = field(default_factory=dict)
    cells: tuple[tuple[str, Line], ...] = field(default=(), repr=False, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """Return the row as `audit-lib parse --json` prints it."""
        return {name: value for name, value in vars(self).items() if name != "cells"}


def read_row(placed: dict[int, Line], layout: Layout, problems: list[Problem]) -> ScoreRow:
    """Read the cells of a row by the meaning of their columns. An empty cell, or one with a dash, is missing."""
    filled = {column: line for column, line in placed.items() if line.key and not DASH.fullmatch(line.key)}
    cells = {layout.meanings[column]: line for column, line in filled.items()}
    named = cells["unit"]
    for column, line in filled.items():
        if layout.meanings[column] == "extra":
            problems += find_misprints(named.printed, line)
    return ScoreRow(
        unit=COUNTED.sub("", named.printed),
        score=_read_score(named, cells.get("score"), problems),
        rank=_read_whole(named, cells.get("rank"), problems),
        serial=_read_whole(named, cells.get("serial"), problems),
        tier=cells["tier"].printed if "tier" in cells else None,
        group=cells["group"].printed if "group" in cells else None,
        place=named.place,
        extra={
            layout.columns[at]: squeeze_spaces(line.text)
            for at, line in filled.items()
            if layout.meanings[at] in ("extra", "figure")
        }
        | dict(_find_brackets(filled, layout)),
        cells=(
            *((layout.meanings[column].replace("figure", "extra"), line) for column, line in sorted(filled.items())),
            *((NOTHING, line) for line in placed.values() if DASH.fullmatch(line.key)),
        ),
    )


def note_no_unit(cell: Line) -> Problem:
    """Note a row that is about no unit: a sum, a mean, a road."""
    return note_problem("row_no_unit", "no_unit", cell.place, "note", found=cell.printed)


def find_misprints(unit: str, cell: Line) -> Iterator[Problem]:
    """Find numbers in a remark that are typed with two points: 天堂86..2. We do not guess which digit is missing."""
    for match in MISPRINT.finditer(cell.key):
        facts = {"unit": unit, "number": match[0], "found": cell.printed}
        yield note_problem("number_misprinted", "misprinted", cell.place, "warning", **facts)


def squeeze_spaces(text: str) -> str:
    """Return a remark with single spaces, none between Chinese letters: there they are padding.

    >>> squeeze_spaces(" 高 和86.3   曹 来86.4 ")
    '高和86.3 曹来86.4'
    """
    return BETWEEN_HAN.sub("", " ".join(PADDING.sub(" ", text).split()))


def plain_title(title: str) -> str:
    """Remove the numeral, the colon and the count from the title of a group: 一、乡镇(20个): is 乡镇."""
    return COUNTED.sub("", NUMBERING.sub("", title).rstrip(":\uff1a"))


def _read_score(named: Line, cell: Line | None, problems: list[Problem]) -> float | None:
    if cell is None:
        return None
    if (number := read_figure(cell.key)) is not None and not SEVERAL.fullmatch(cell.text.strip()):
        return number
    problems.append(
        note_problem("score_unreadable", "score", cell.place, unit=named.printed, found=squeeze_spaces(cell.text))
    )
    return None


def _read_whole(named: Line, cell: Line | None, problems: list[Problem]) -> int | None:
    if cell is None:
        return None
    if (number := read_ordinal(ASIDE.sub("", cell.key))) is not None:
        return number
    problems.append(note_problem("rank_unreadable", "rank", cell.place, unit=named.printed, found=cell.printed))
    return None


def _find_brackets(filled: dict[int, Line], layout: Layout) -> Iterator[tuple[str, str]]:
    """Yield what stands in brackets after a score or rank, 95(93), by its column: last month's, or a share."""
    for at, line in filled.items():
        inside = FIGURE.fullmatch(line.key) if layout.meanings[at] in ("score", "rank") else None
        if inside and inside[2]:
            yield f"{layout.columns[at]}()", inside[2]
