"""Render the page at an address of a reports folder: the one place that knows which renderer makes which page."""

import re
from pathlib import Path

from audit_lib.errors import unusable
from audit_lib.notebook.place_words import open_words
from audit_lib.pages.index import render_index
from audit_lib.pages.notice_page import find_source, render_notice
from audit_lib.pages.place_page import render_digest, render_place
from audit_lib.pages.report_page import render_page
from audit_lib.pages.report_summary import find_words
from audit_lib.sources import NOTICE, PERIOD
from audit_lib.wording.languages import LANGUAGES, MAIN, find_tree


def render_at(root: Path, address: str, data: Path) -> None:
    """Render the page at an address of a reports folder, beside what is there. Raises AuditError for no such page.

    The page of a place and the pages of its units are rendered together.
    """
    language, parts = split_address(address)
    tree = find_tree(root, language)
    match parts:
        case ["index.html" | "status.html"]:
            for place in sorted(path.name for path in tree.glob("[!.]*/") if path.name not in LANGUAGES):
                render_digest(tree, place, data, language)
            render_index(tree, data, language)
        case [place, "index.html"] | [place, "units", _]:
            render_place(tree, place, data, language)
        case [place, period, name] if name == NOTICE and (source := find_source(data, tree / place / period)):
            render_notice(source, root / address, open_words(data, place, period, language), data)
        case [place, period, _] if re.fullmatch(PERIOD, period):
            notebook = (root / address).with_suffix(".ipynb")
            render_page(notebook, root / address, find_words(notebook, data), data)
        case _:
            raise unusable(address, "no kind of page", "an index, a place, a notice, a unit or a report")


def split_address(address: str) -> tuple[str, list[str]]:
    """Split an address into its language and its parts in the tree of that language.

    >>> split_address("zh/leizhou/2017/03_tiers.html"), split_address("index.html")
    (('zh', ['leizhou', '2017', '03_tiers.html']), ('en', ['index.html']))
    """
    first, *rest = address.split("/")
    return (first, rest) if rest and first in LANGUAGES and first != MAIN else (MAIN, [first, *rest])
