"""Layouts: the same facts printed in every layout that notices use give the same rows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audit_lib.reading.documents import read_document
from audit_lib.reading.layouts import read_ordinal
from audit_lib.reading.notice import Notice, parse_notice

Rows = list[list[str]]  # cells as printed, the headings first

ABOVE = ["甲市人民政府办公室关于2017年度检查情况的通报", "各镇人民政府、各街道办事处:", "现将检查情况通报如下。"]
BELOW = ["特此通报。", "联系电话:0000-6666666", "甲市人民政府办公室", "2018年1月23日"]


def print_page(lines: list[str], separator: str = "\n") -> str:
    return separator.join([*ABOVE, *lines, *BELOW])


def print_spaced(rows: Rows, gap: str) -> str:
    return print_page([gap.join(cell or "-" for cell in row) for row in rows])


LAYOUTS: dict[str, Callable[[Rows], str]] = {
    "one-cell-a-line": lambda rows: print_page([cell or "\u00a0" for row in rows for cell in row], "\n\n"),
    "one-cell-a-line-indented": lambda rows: print_page(
        ["    " + (cell or "\u00a0") for row in rows for cell in row], "\n\n"
    ),
    "bar-after-cell": lambda rows: print_page([f"{cell} |".lstrip() for row in rows for cell in row]),
    "bar-before-cell": lambda rows: print_page(
        [line for row in rows for line in (row[0] or "\u00a0", *(f"| {cell}".rstrip() for cell in row[1:]), "|")]
    ),
    "rows-with-bars": lambda rows: print_page([" | ".join(row) for row in rows]),
    "rows-in-bars": lambda rows: print_page([f"  | {' | '.join(row)} |" for row in rows], "\n\n"),
    "markdown": lambda rows: print_page(
        [f"| {' | '.join(rows[0])} |", "|---" * len(rows[0]) + "|", *(f"| {' | '.join(row)} |" for row in rows[1:])]
    ),
    "spaces": lambda rows: print_spaced(rows, "   "),
    "one-space": lambda rows: print_spaced(rows, " "),
    "tabs": lambda rows: print_page(["\t".join(row) for row in rows]),
    "one-line-with-bars": lambda rows: print_page([" | ".join(["", *(cell for row in rows for cell in row), ""])], " "),
}
WITHOUT_EMPTY_CELLS: dict[str, Callable[[Rows], str]] = {
    "one-line": lambda rows: print_page([cell for row in rows for cell in row], " "),
    "column-by-column": lambda rows: print_page([cell for column in zip(*rows, strict=True) for cell in column]),
    "headings-then-columns": lambda rows: print_page(
        [*rows[0], *(cell for column in zip(*rows[1:], strict=True) for cell in column)]
    ),
}
