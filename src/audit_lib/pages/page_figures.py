"""The figures of a page: two drawings with real text, the words around them, files to take along, the values drawn."""

import csv
import io
from dataclasses import dataclass

from markupsafe import Markup
from nbformat import NotebookNode

from audit_lib.display.charts import SCENES, Key
from audit_lib.display.scene import COLOURS, fill_frame, read_scene
from audit_lib.pages.html_parts import link_csv, link_text, make_slug
from audit_lib.tables.storage import PLAIN_NUMBER, bare_cell
from audit_lib.wording.words import Words


@dataclass(frozen=True)
class Cell:
    text: str
    is_number: bool


@dataclass(frozen=True)
class Figure:
    """A figure of a page. `wide` and `narrow` are SVG elements; a figure without them is shown as its picture.

    `csv` and `svg` are links that hold the values and the drawing as a file; of that the page's script makes the
    picture. `png` is one that holds the picture, where there is no drawing.
    """

    title: str
    subtitle: str
    source: str
    alt: str
    png: str
    wide: Markup
    narrow: Markup
    svg: str
    legend: list[Key]
    headings: list[Cell]
    rows: list[list[Cell]]
    csv: str
    name: str


def read_figure(output: NotebookNode, words: Words) -> Figure:
    """Read a figure from the output of a cell, as `audit_lib.display.Chart` writes it.

    Raises AuditError for a drawing that is none of ours.
    """
    shown, data = output.metadata["image/png"], output.data
    scenes = {
        name: read_scene(data[kind])
        for name in ("wide", "narrow", "frame")
        if (kind := SCENES.format(name=name)) in data
    }
    alt = shown["alt"]
    wide, narrow = (
        Markup(scenes[name].to_svg(name, alt)) if name in scenes else Markup() for name in ("wide", "narrow")
    )
    file = ""
    if "frame" in scenes and "wide" in scenes:
        file = fill_frame(scenes["frame"], scenes["wide"], float(shown.get("drawn_at", 0))).to_file(alt)
    values = data.get("text/csv", "")
    headings, rows = _read_values(values, words)
    return Figure(
        title=shown.get("title", ""),
        subtitle=shown.get("subtitle", ""),
        source=shown.get("source", ""),
        alt=alt,
        png="" if file else f"data:image/png;base64,{''.join(data['image/png'].split())}",
        wide=wide,
        narrow=narrow,
        svg=link_text("image/svg+xml", file) if file else "",
        legend=[Key(str(key[0]), str(key[1]), bool(key[2])) for key in shown.get("legend", []) if key[0] in COLOURS],
        headings=headings,
        rows=rows,
        csv=link_csv(values),
        name=make_slug(shown.get("title", "") or "figure"),
    )


def _read_values(text: str, words: Words) -> tuple[list[Cell], list[list[Cell]]]:
    """Read a CSV as the cells of a table: a column of nothing but numbers is one of numbers."""
    if not text:
        return [], []
    headings, *rows = csv.reader(io.StringIO(text))
    columns = [[value for value in column if value] for column in zip(*rows, strict=True)]
    numeric = [bool(column) and all(map(PLAIN_NUMBER.fullmatch, column)) for column in columns]
    return [Cell(heading, is_number) for heading, is_number in zip(headings, numeric, strict=True)], [
        [Cell(_print(value, is_number, words), is_number) for value, is_number in zip(row, numeric, strict=True)]
        for row in rows
    ]


def _print(value: str, is_number: bool, words: Words) -> str:
    if not value:
        return words.missing
    return value.replace("-", "−") if is_number else bare_cell(value)
