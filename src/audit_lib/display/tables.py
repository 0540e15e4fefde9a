"""What a notebook cell shows: a finding, a table, a chart. Each carries what a page needs: caption, scope, alt text.

Every output is the same for the same input, so a committed notebook can be checked by running it again.
"""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from audit_lib.analysis.trend_tables import Shades
from audit_lib.display.columns import TWO, find_column
from audit_lib.display.findings import Finding, show_finding
from audit_lib.display.links import PAIR, find_links
from audit_lib.wording.items import say_item, say_ranks
from audit_lib.wording.number_format import format_number, format_rounded, format_score
from audit_lib.wording.words import Named, Term, Text, Tier, Unit, Words

NAMED: Mapping[str, type[Named]] = {"unit": Unit, "tier": Tier, "term": Term}  # kinds of columns with names
PHRASED = {"ranks": say_ranks, "item": say_item}  # kinds that each language writes itself, as it does numerals

MOST_ROOMY = 12  # shaded columns; with more, cells are as narrow as they can be

Piece = tuple[str, str | None]  # of a cell: its text, and the link of one that cites the notice


@dataclass(frozen=True)
class Table:
    """A table for people: captioned, with worded headings and printed cells. `numeric` names right-aligned columns.

    `legend` explains the marks of a matrix. A summary has one figure a row, and is not sorted.
    `linked` splits the cells that cite the notice, by row number and heading, into pieces with their links. `title` is
    a finding that the table shows. `shades` colour cells, by row number and heading, from 0 (dark) to 5; `others` are
    what else such a cell could show. The row `chosen` is set off. `short` replaces headings where there are many: the
    year, at its first column, and the number of the period in it.
    """

    caption: str
    cells: pd.DataFrame
    numeric: tuple[str, ...]
    legend: str = ""
    is_summary: bool = False
    linked: Mapping[tuple[int, str], list[Piece]] = field(default_factory=dict)
    title: Finding | None = None
    shades: Mapping[tuple[int, str], int] = field(default_factory=dict)
    others: Mapping[tuple[int, str], str] = field(default_factory=dict)
    chosen: int | None = None
    short: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def __repr__(self) -> str:
        title = self.title.text if self.title else ""
        return "\n".join(filter(None, [title, self.caption, self.cells.to_string(index=False), self.legend]))

    def _repr_html_(self) -> str:
        columns = [str(column) for column in self.cells]
        align = ["number" if column in self.numeric else "text" for column in columns]
        head = "".join(self._head(name, kind) for name, kind in zip(columns, align, strict=True))
        rows = []
        for number, values in enumerate(self.cells.itertuples(index=False)):
            pieces = [
                self.linked.get((number, column), [(str(value), None)])
                for column, value in zip(columns, values, strict=True)
            ]
            first = _cell("th", pieces[0], align[0], "row")
            rest = (
                _cell("td", cell, self._shade(number, column, kind), about=self.others.get((number, column)))
                for cell, column, kind in zip(pieces[1:], columns[1:], align[1:], strict=True)
            )
            chosen = ' class="chosen"' if number == self.chosen else ""
            rows.append(f"<tr{chosen}>{first}{''.join(rest)}</tr>")
        body = "\n".join(rows)
        caption = html.escape(self.caption)
        legend = f'\n<p class="blanks">{html.escape(self.legend)}</p>' if self.legend else ""
        head, body = f"<thead><tr>{head}</tr></thead>", f"<tbody>\n{body}\n</tbody>"
        kinds = {"summary": self.is_summary, "places": self.shaded, "dense": len(self.shaded) > MOST_ROOMY}
        classes = _write("class", " ".join(kind for kind, holds in kinds.items() if holds))
        title = self.title._repr_html_() if self.title else ""
        return f"{title}<table{classes}><caption>{caption}</caption>\n{head}\n{body}</table>{legend}"

    def _head(self, name: str, kind: str) -> str:
        if name not in self.short:
            return _cell("th", [(name, None)], kind, "col")
        year, number = self.short[name]
        return f'<th class="{kind}" scope="col" title="{html.escape(name)}"><span>{year}</span> {number}</th>'

    @cached_property
    def shaded(self) -> set[str]:
        """The columns with shades: cells of a matrix, with numbers or without."""
        return {column for _, column in self.shades}

    def _shade(self, number: int, column: str, kind: str) -> str:
        """Return the class of a cell: none in a matrix, which may have thousands, but that of its shade."""
        shade = self.shades.get((number, column))
        return f"s{shade}" if shade is not None else "" if column in self.shaded else kind


def _cell(tag: str, pieces: list[Piece], kind: str, scope: str | None = None, about: str | None = None) -> str:
    attributes = _write("class", kind) + _write("scope", scope) + _write("title", about)
    return f"<{tag}{attributes}>{''.join(_piece(*piece) for piece in pieces)}</{tag}>"


def _write(attribute: str, value: str | None) -> str:
    return f' {attribute}="{html.escape(value)}"' if value else ""


def _piece(text: str, href: str | None) -> str:
    return f'<a href="{html.escape(href)}">{html.escape(text)}</a>' if href else html.escape(text)


def show(
    table: pd.DataFrame | pd.Series,
    key: str,
    words: Words,
    title: Text | None = None,
    shades: Shades | None = None,
) -> Table | None:
    """Show a result as a table. Its caption is worded under `captions`, its headings and values under their own names.

    `title` is a finding above it; `shades` say how a matrix of places is drawn. Units and tiers are named in the
    language and as printed, side by side.

    Scores stay as published (97, 88.5, 88.125); means and other computed numbers of a column share two decimals. A
    Series is shown as two columns, a table without rows not at all. A column is left out where the language gives it
    an empty heading, as Chinese to the gloss of a Chinese quote. What the notice prints is linked to where it does, by
    the citations of the words. Raises ValueError where two columns would have one heading.
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
        heading = words.heading(column)
        if not heading:
            continue
        if heading in cells:
            raise ValueError(f"table {key}: two columns are headed {heading!r}")
        kinds = table["figure"] if column != "figure" and "figure" in table else [column] * len(table)
        published = [find_column(kind, key).kind == "score" for kind in kinds]
        missing = words(f"blanks.{find_column(column, key).missing}")
        cells[heading] = _print_column(table[column], str(column), words, missing, published)
        for number, row in enumerate(rows):
            if pieces := _link_cell(row, column, cells[heading][number], words):
                linked[number, heading] = pieces
        if _is_numeric(table[column]):
            numeric.append(heading)
    printed, caption = pd.DataFrame(cells, dtype="object"), words(f"captions.{key}")
    made = Table(caption, printed, tuple(numeric), "", "figure" in table, linked, show_finding(title, words))
    return made if shades is None else _shade(made, shades, words)


def _shade(table: Table, shades: Shades, words: Words) -> Table:
    """Draw a table as a matrix of places; where a period has no score for a place, its mark of a missing value."""
    steps = _gather_cells(shades.steps, shades.steps.notna(), words)
    placed = shades.steps.notna() | shades.scores.notna() if len(shades.scores.columns) else shades.scores.notna()
    scores = _gather_cells(shades.scores, placed, words)
    write = format_rounded if len(shades.steps.columns) > MOST_ROOMY else format_score  # there is no room for more
    others = {at: words.missing if pd.isna(score) else write(score) for at, score in scores.items()}
    short = {words.heading(column): parts for column, parts in shades.short.items()}
    whole = {at: int(step) for at, step in steps.items()}
    note = words.word(shades.note)
    return replace(table, shades=whole, others=others, chosen=shades.chosen, legend=note, short=short)


def _gather_cells(values: pd.DataFrame, which: pd.DataFrame, words: Words) -> dict[tuple[int, str], float]:
    """Gather the values of the cells that are marked, by row number and worded heading."""
    return {
        (number, words.heading(column)): values.at[number, column]
        for column in values
        for number in values.index[which[column]]
    }


def plain_cells(table: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Return a table as machines read it: worded headings and values, numbers as printed but with a plain minus sign.

    Missing is empty.
    """
    cells = {}
    for column in table:
        if not words.heading(str(column)):
            continue
        published = [find_column(column).kind == "score"] * len(table)
        values = _print_column(table[column], str(column), words, "", published)
        if _is_numeric(table[column]):
            values = [value.replace("−", "-").replace(",", "") for value in values]
        cells[words.heading(str(column))] = values
    return pd.DataFrame(cells, dtype="object")


def _link_cell(row: Mapping[str, Any], column: str, printed: str, words: Words) -> list[Piece]:
    """Split a cell into pieces where any of it cites the notice; no pieces where nothing does."""
    links = find_links(row, column, words.citations) if words.citations else []
    if not any(links):
        return []
    values = row[column] if isinstance(row[column], list) else [row[column]]
    pieces: list[Piece] = []
    is_named = find_column(column).kind in NAMED
    for each, href in zip(values, links, strict=True):
        named = _name(each, column, words) if len(values) > 1 or is_named else printed
        before, arrow, last = named.rpartition(PAIR)  # of a pair the later name is linked
        as_printed = str(each).rpartition(PAIR)[2]
        if is_named and last != as_printed and last.endswith(as_printed):  # what the notice prints is linked
            before, last = f"{before}{arrow}{last.removesuffix(as_printed)}", as_printed
            arrow = ""
        pieces += [(_find_joiner(column, words), None), (before + arrow, None), (last, href)]
    return [piece for piece in pieces[1:] if piece[0]]


def _is_numeric(values: pd.Series) -> bool:
    """Check whether a column holds numbers; one of mixed values does if it begins with one."""
    if pd.api.types.is_object_dtype(values):
        first = next((value for value in values if not isinstance(value, list) and not pd.isna(value)), None)
        return isinstance(first, int | float) and not isinstance(first, bool)
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _print_column(values: pd.Series, column: str, words: Words, missing: str, published: list[bool]) -> list[str]:
    """Print the cells of a column; `published` says which of them are scores as the notice prints them."""
    cells = list(zip(values, published, strict=True))
    if not pd.api.types.is_float_dtype(values):
        return [_print_value(value, column, words, missing, is_published=known) for value, known in cells]
    decimals = find_column(column).decimals
    on_grid = all(published) or (decimals is None and (values.dropna() * 2 % 1 == 0).all())
    digits = TWO if decimals is None else decimals
    printed = format_score if on_grid else lambda value: format_number(value, digits)
    return [missing if pd.isna(value) else printed(value) for value in values]


def _print_value(value: Any, column: str, words: Words, missing: str, *, is_published: bool) -> str:
    if isinstance(value, list | tuple):
        return _find_joiner(column, words).join(_name(each, column, words) for each in value) or words("blanks.none")
    if value is None or pd.isna(value):
        return missing
    if isinstance(value, bool):
        return words.name("yes" if value else "no")
    if isinstance(value, float):
        return format_score(value) if is_published else format_rounded(value)
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    return _name(value, column, words)


def _find_joiner(column: str, words: Words) -> str:
    """Return what stands between the values of a cell: texts and items may have commas of their own."""
    return words("joiners.clauses") if find_column(column).kind in ("text", "item") else words.joiner


def _name(value: Any, column: str, words: Words) -> str:
    kind = find_column(column).kind
    if kind in PHRASED:
        return words.word(PHRASED[kind](value))
    if kind == "numeral":
        return words.numeral(value)
    if kind in NAMED and isinstance(value, str):
        return PAIR.join(words.both(NAMED[kind](each)) for each in value.split(PAIR))
    return value if kind == "text" and isinstance(value, str) else words.name(value, column)
