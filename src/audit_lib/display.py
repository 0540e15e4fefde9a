"""What a notebook cell shows: a finding, a table, a chart. Each carries what a page needs: caption, scope, alt text.

Every output is the same for the same input, so a committed notebook can be checked by running it again.
"""

import html
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import pandas as pd

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


@dataclass(frozen=True)
class Table:
    """A table for people: captioned, with worded headings and printed cells. `numeric` names right-aligned columns."""

    caption: str
    cells: pd.DataFrame
    numeric: tuple[str, ...]

    def __repr__(self) -> str:
        return f"{self.caption}\n{self.cells.to_string(index=False)}"

    def _repr_html_(self) -> str:
        columns = [str(column) for column in self.cells]
        align = ["number" if column in self.numeric else "text" for column in columns]
        head = "".join(_cell("th", column, kind, "col") for column, kind in zip(columns, align, strict=True))
        rows = []
        for values in self.cells.itertuples(index=False):
            first = _cell("th", values[0], align[0], "row")
            rest = (_cell("td", value, kind) for value, kind in zip(values[1:], align[1:], strict=True))
            rows.append(f"<tr>{first}{''.join(rest)}</tr>")
        body = "\n".join(rows)
        caption = html.escape(self.caption)
        return f"<table><caption>{caption}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"


def _cell(tag: str, value: object, kind: str, scope: str | None = None) -> str:
    scoped = f' scope="{scope}"' if scope else ""
    return f'<{tag} class="{kind}"{scoped}>{html.escape(str(value))}</{tag}>'


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
    heading, as Chinese to the gloss of a Chinese quote. Raises ValueError where two columns would have one heading.
    """
    if table.empty:
        return None
    if isinstance(table, pd.Series):
        table = pd.DataFrame({"figure": table.index, "value": pd.Series(table.to_list(), dtype="object")})
    cells: dict[str, list[str]] = {}
    numeric = []
    for column in table:
        heading = words.heading(str(column))
        if not heading:
            continue
        if heading in cells:
            raise ValueError(f"table {key}: two columns are headed {heading!r}")
        cells[heading] = _print_column(table[column], str(column), words)
        if _is_numeric(table[column]):
            numeric.append(heading)
    return Table(words(f"captions.{key}"), pd.DataFrame(cells, dtype="object"), tuple(numeric))


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
