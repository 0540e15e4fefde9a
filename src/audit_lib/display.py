"""What a notebook cell shows: a finding, a table, a chart. Each carries what a page needs: caption, scope, alt text.

Every output is the same for the same input, so a committed notebook can be checked by running it again.
"""

import html
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from audit_lib.links import PAIR, find_links
from audit_lib.words import Words, format_number, format_score

DIGITS = {"p": 4, "gvf": 3, "share_pct": 1, "skewness": 4}  # columns that need other decimals than two


@dataclass(frozen=True)
class Finding:
    """A sentence with its numbers. `role` is headline, finding or note: how much it weighs on the page."""

    text: str
    role: str = "finding"

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f'<p class="{self.role}">{html.escape(self.text)}</p>'


Piece = tuple[str, str | None]  # of a cell: its text, and the link of one that cites the notice


@dataclass(frozen=True)
class Table:
    """A table for people: captioned, with worded headings and printed cells. `numeric` names right-aligned columns.

    `linked` parts the cells that cite the notice, by row number and heading, into pieces with their links.
    """

    caption: str
    cells: pd.DataFrame
    numeric: tuple[str, ...]
    linked: Mapping[tuple[int, str], list[Piece]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"{self.caption}\n{self.cells.to_string(index=False)}"

    def _repr_html_(self) -> str:
        columns = [str(column) for column in self.cells]
        align = ["number" if column in self.numeric else "text" for column in columns]
        head = "".join(_cell("th", [(name, None)], kind, "col") for name, kind in zip(columns, align, strict=True))
        rows = []
        for number, values in enumerate(self.cells.itertuples(index=False)):
            pieces = [
                self.linked.get((number, column), [(str(value), None)])
                for column, value in zip(columns, values, strict=True)
            ]
            first = _cell("th", pieces[0], align[0], "row")
            rest = (_cell("td", cell, kind) for cell, kind in zip(pieces[1:], align[1:], strict=True))
            rows.append(f"<tr>{first}{''.join(rest)}</tr>")
        body = "\n".join(rows)
        caption = html.escape(self.caption)
        return f"<table><caption>{caption}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"


def _cell(tag: str, pieces: list[Piece], kind: str, scope: str | None = None) -> str:
    scoped = f' scope="{scope}"' if scope else ""
    return f'<{tag} class="{kind}"{scoped}>{"".join(_piece(*piece) for piece in pieces)}</{tag}>'


def _piece(text: str, href: str | None) -> str:
    return f'<a href="{html.escape(href)}">{html.escape(text)}</a>' if href else html.escape(text)


@dataclass(frozen=True)
class Chart:
    """A drawn figure: its image, the finding it shows, and the text that stands for it where it cannot be seen."""

    png: bytes
    title: str
    alt: str
    width: int

    def __repr__(self) -> str:
        return f"{self.title}\n{self.alt}"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        data = {"image/png": b64encode(self.png).decode(), "text/plain": repr(self)}
        return data, {"image/png": {"alt": self.alt, "width": self.width}}


def find(sentence: str) -> Finding | None:
    """Show a computed sentence as a finding of its section; nothing where there is none."""
    return Finding(sentence) if sentence else None


def headline(sentence: str) -> Finding:
    """Show a computed sentence as the finding of its report."""
    return Finding(sentence, "headline")


def note(sentence: str) -> Finding:
    """Show a computed sentence that limits a finding."""
    return Finding(sentence, "note")


def show(table: pd.DataFrame | pd.Series, key: str, words: Words) -> Table | None:
    """Show a result as a table. Its caption is worded under `captions`, its headings and values under their own names.

    Scores stay as published (97, 88.5); means and other computed numbers of a column share two decimals. A Series is
    shown as two columns, a table without rows not at all. A column is left out where the language gives it an empty
    heading, as Chinese to the gloss of a Chinese quote. What the notice prints is linked to where it does, by the
    citations of the words. Raises ValueError where two columns would have one heading.
    """
    if table.empty:
        return None
    if isinstance(table, pd.Series):
        table = pd.DataFrame({"figure": table.index, "value": pd.Series(table.to_list(), dtype="object")})
    cells: dict[str, list[str]] = {}
    linked: dict[tuple[int, str], list[Piece]] = {}
    numeric = []
    rows = [dict(zip(table, row, strict=True)) for row in zip(*(table[column] for column in table), strict=True)]
    for column in table:
        heading = words.heading(str(column))
        if not heading:
            continue
        if heading in cells:
            raise ValueError(f"table {key}: two columns are headed {heading!r}")
        cells[heading] = _print_column(table[column], str(column), words)
        for number, row in enumerate(rows):
            if pieces := _link_cell(row, str(column), cells[heading][number], words):
                linked[number, heading] = pieces
        if _is_numeric(table[column]):
            numeric.append(heading)
    return Table(words(f"captions.{key}"), pd.DataFrame(cells, dtype="object"), tuple(numeric), linked)


def _link_cell(row: Mapping[str, Any], column: str, printed: str, words: Words) -> list[Piece]:
    """Part a cell into pieces where any of it cites the notice; no pieces where nothing does."""
    links = find_links(row, column, words.citations) if words.citations else []
    if not any(links):
        return []
    if not isinstance(row[column], list):
        return [(printed, links[0])]
    pieces: list[Piece] = []
    for each, href in zip(row[column], links, strict=True):
        before, arrow, last = words.name(each, column).rpartition(PAIR)  # of a pair the later name is linked
        pieces += [(words.joiner, None), (before + arrow, None), (last, href)]
    return [piece for piece in pieces[1:] if piece[0]]


def _is_numeric(values: pd.Series) -> bool:
    """Tell whether a column holds numbers; one of mixed values does if it begins with one."""
    if pd.api.types.is_object_dtype(values):
        first = next((value for value in values if not isinstance(value, list) and not pd.isna(value)), None)
        return isinstance(first, int | float) and not isinstance(first, bool)
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _print_column(values: pd.Series, column: str, words: Words) -> list[str]:
    if not pd.api.types.is_float_dtype(values):
        return [_print_value(value, column, words) for value in values]
    on_grid = column not in DIGITS and (values.dropna() * 2 % 1 == 0).all()
    digits = DIGITS.get(column, 2)
    printed = format_score if on_grid else lambda value: format_number(value, digits)
    return [words.missing if pd.isna(value) else printed(value) for value in values]


def _print_value(value: Any, column: str, words: Words) -> str:
    if isinstance(value, list | tuple):
        return words.joiner.join(words.name(each, column) for each in value)
    if value is None or pd.isna(value):
        return words.missing
    if isinstance(value, bool):
        return words.name("yes" if value else "no")
    if isinstance(value, float):
        return format_score(value)
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    return words.name(value, column)
