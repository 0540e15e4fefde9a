"""Hold the data that a report carries, and its links to lines of a notice, against the raw file, read anew."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from unicodedata import normalize

import pandas as pd

from audit_lib.documents.model import line_of, squeeze
from audit_lib.tables.build import Reading
from audit_lib.tables.storage import format_table
from audit_lib.verify.published import Issue
from audit_lib.verify.verdicts import ADDED, CHANGED, CONFIRMED, MISSING, Verdict
from audit_lib.wording.words import Words

KEY = ("notice_id", "table_no", "unit_id")  # of a row of scores
RANKS = ("rank", "n_tied")  # ours, from all scores of a table: they differ of themselves where one of those does
LINK = re.compile(r"(?:\.\./(?P<period>[^/]+)/)?notice\.html#L(?P<line>\d{1,7})")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
ROW_LINES = 12  # that a row may take where each cell has a line of its own, blank ones counted


def check_rows(issue: Issue, reading: Reading) -> Iterator[Verdict]:
    """Hold each row that a report carries against the line that it cites, read anew from the raw file."""
    if not issue.data:
        yield Verdict(MISSING, "data", ("of the report",), expected=f"{len(reading.scores)} rows")
        return
    name = f"data/raw/{reading.source.jurisdiction}/{reading.source.path.name}"
    carried = _key_rows(issue.data)
    read = _key_rows(format_table(reading.scores, "scores", name))
    is_ranked = [row.get("score") for row in carried.values()] == [row.get("score") for row in read.values()]
    for key in dict.fromkeys([*read, *carried]):
        shown, expected = carried.get(key), read.get(key)
        row = expected or shown or {}
        place = row.get("source_place") or f"line {row.get('list_line')}"
        where = (f"{name} {place}", row.get("unit_name") or "")
        if shown is None or expected is None:
            verdict = MISSING if shown is None else ADDED
            yield Verdict(verdict, "line", where, _word_row(shown), _word_row(expected))
            continue
        columns = [column for column in {**expected, **shown} if is_ranked or column not in RANKS]
        differing = [column for column in columns if shown.get(column) != expected.get(column)]
        for column in differing:
            pair = shown.get(column) or "nothing", expected.get(column) or "nothing"
            yield Verdict(CHANGED, "line", (*where, column), *pair)
        if not differing:
            yield Verdict(CONFIRMED, "line", where, _word_row(shown))


def check_links(issue: Issue, read: Callable[[str], Reading | None]) -> Iterator[Verdict]:
    """Hold what a table prints with a link to a line of a notice against that line.

    `read` gives the reading of another period of the place, by its name; None where there is no such notice.
    """
    for each in issue.statements:
        for printed, href in each.links:
            if found := LINK.fullmatch(href):
                period, number = found["period"] or issue.parameters.period, int(found["line"])
                reading = read(period)
                lines = quote_row(reading, number) if reading else ""
                place_itself = (str(number), Words(issue.parameters.language).place(f"line {number}"))
                verdict = CONFIRMED if holds(lines, printed) or (lines and printed in place_itself) else CHANGED
                place = f"data/raw/{issue.parameters.jurisdiction}/{period} line {number}"
                yield Verdict(verdict, "link", (place, *each.where), printed, lines or "no such line")


def quote_row(reading: Reading, number: int) -> str:
    """Quote a line of a raw file, with those of its row where a notice prints one cell a line, and what we read."""
    cited = pd.concat([reading.scores["table_line"], reading.scores["list_line"]]).dropna()
    following = min((int(line) for line in cited if line > number), default=number + ROW_LINES)
    end = max(number + 1, min(following, number + ROW_LINES))
    printed = [line.text for line in reading.notice.document.lines if number <= (line_of(line.place) or 0) < end]
    return "\n".join([*printed, *_name_read(reading, number)])


def _name_read(reading: Reading, number: int) -> Iterator[str]:
    """Name what was read at a line in other words than its own: our units, corrected scores, the tier of a list."""
    scores, mentions = reading.scores, reading.mentions
    here = scores[(scores["table_line"].eq(number) | scores["list_line"].eq(number)).fillna(False)]
    yield from here["unit_name"]
    yield from mentions.loc[mentions["line"].eq(number).fillna(False), "unit_name"]
    yield from (f"{score:g}" for score in here.loc[here["is_corrected"], "score"].dropna())
    yield from (tier.tier for tier in reading.notice.tiers if line_of(tier.place) == number)


def holds(lines: str, printed: str) -> bool:
    """Tell whether lines of a notice hold what a report prints: a number as a number, all else as the same letters.

    >>> holds("97\\n市住建局", "住建局"), holds("97", "97.0"), holds("97", "9")
    (True, True, False)
    """
    if NUMBER.fullmatch(value := printed.replace("−", "-").replace(",", "")):
        return any(float(each) == float(value) for each in NUMBER.findall(normalize("NFKC", lines)))
    return bool(squeeze(printed)) and squeeze(printed) in squeeze(lines)


def _key_rows(text: str) -> dict[tuple[str, ...], dict[str, str]]:
    """Read rows by their key; a second row with the same key is a further one."""
    keyed: dict[tuple[str, ...], dict[str, str]] = {}
    for row in csv.DictReader(io.StringIO(text), restkey="further cells"):
        told = {str(column): str(value or "") for column, value in row.items()}
        key = tuple(told.get(column, "") for column in KEY)
        while key in keyed:
            key = (*key, "again")
        keyed[key] = told
    return keyed


def _word_row(row: dict[str, str] | None) -> str | None:
    return None if row is None else " · ".join(filter(None, (row.get("score"), row.get("tier")))) or "no score, no tier"
