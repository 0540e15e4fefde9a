"""The figures of a page: the drawing, the words around it as text, and the values drawn as a table to fold out."""

import csv
import io
from base64 import b64decode, b64encode
from dataclasses import dataclass

from nbformat import NotebookNode
from PIL import Image

from audit_lib.pages.html_parts import link_csv, make_slug
from audit_lib.tables.storage import PLAIN_NUMBER, bare_cell
from audit_lib.wording.words import Words


@dataclass(frozen=True)
class Cell:
    text: str
    is_number: bool


@dataclass(frozen=True)
class Figure:
    """A figure of a page. `png` is base64 and shows the drawing alone where title and source line are known as text."""

    png: str
    alt: str
    width: int | None
    height: int | None
    title: str
    subtitle: str
    source: str
    headings: list[Cell]
    rows: list[list[Cell]]
    csv: str
    file_name: str


def read_figure(output: NotebookNode, words: Words) -> Figure:
    """Read a figure from the output of a cell, as `audit_lib.display.Chart` writes it."""
    shown = output.metadata["image/png"]
    png, height = output.data["image/png"].strip(), None
    if shown.get("drawing") and shown.get("width"):
        first, last = shown["drawing"]
        png, height = _cut_out(png, first, last, shown["width"])
    values = output.data.get("text/csv", "")
    headings, rows = _read_values(values, words)
    title = shown.get("title", "")
    return Figure(
        png, shown["alt"], shown.get("width"), height, title, shown.get("subtitle", ""), shown.get("source", ""),
        headings, rows, link_csv(values), f"{make_slug(title)}.csv",
    )  # fmt: skip


def _cut_out(png: str, first: int, last: int, width: int) -> tuple[str, int]:
    """Cut the rows of the drawing out of an image. Gives it with its height, in pixels of the page as `width` is."""
    packed = io.BytesIO()
    with Image.open(io.BytesIO(b64decode(png))) as image:
        image.crop((0, first, image.width, last)).save(packed, format="png", compress_level=6)
        height = round((last - first) * width / image.width)
    return b64encode(packed.getvalue()).decode(), height


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
