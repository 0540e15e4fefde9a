"""What a page says to a program: where it belongs and what it was made from, so that it can be made again.

It is one element in the head of every page; `audit-lib verify` renders the page of that address again (`site.py`) and
compares the two.
"""

import html
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from audit_lib.errors import unusable
from audit_lib.files import save_text
from audit_lib.fingerprints import PAGE_LIBRARIES, list_versions
from audit_lib.pages.html_parts import join_numbers, mark_han
from audit_lib.wording.fonts import embed_characters
from audit_lib.wording.languages import find_root
from audit_lib.wording.words import Words

CHARSET = '<meta charset="utf-8">'  # within the first 1,024 bytes of a page
OPENING, CLOSING = '<meta name="audit-lib" content="', '">'
MOST_LETTERS = 20_000  # of an origin
ADDRESS = re.compile(r"(?!\.)[^/\\\x00-\x1f]+(/(?!\.)[^/\\\x00-\x1f]+){,4}")  # no part is hidden, or `..`


@dataclass(frozen=True)
class Origin:
    """Where a page belongs and what it was made from.

    `page` is its address in the reports folder, such as zh/leizhou/2017/03_tiers.html; `beside` are the addresses of
    the reports and folders that were there and that it links; `notebook` and `parameters` are those of a report's page.
    """

    page: str
    beside: tuple[str, ...] = ()
    notebook: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)


def save_page(html: str, page: Path, tree: Path, beside: Iterable[Path], words: Words, **about: Any) -> None:
    """Write a rendered page of the tree of a language, with its origin: made beside these files and folders.

    `about` is what the origin of a report's page states besides.
    """
    root = find_root(tree, words.language)
    there = sorted({path.relative_to(root).as_posix() for path in beside})
    versions = {**about.pop("versions", {}), **list_versions(PAGE_LIBRARIES)}
    origin = Origin(page.relative_to(root).as_posix(), tuple(there), versions=versions, **about)
    save_text(finish_page(html, origin, words), page)


def finish_page(text: str, origin: Origin, words: Words) -> str:
    """Return a rendered page with its origin, its Chinese marked as such, and the Chinese characters that it uses."""
    text = join_numbers(text) if words("page.lang").startswith("zh") else mark_han(text)
    stated = html.escape(json.dumps(asdict(origin), ensure_ascii=False, sort_keys=True))
    text = text.replace(CHARSET, f"{CHARSET}\n{OPENING}{stated}{CLOSING}", 1)
    return text.replace("</head>", f"{embed_characters(text)}\n</head>", 1)


def read_origin(text: str) -> Origin:
    """Read the origin of a page by anybody. Raises AuditError for a page without one, or with one that cannot be."""
    start = text.find(OPENING)
    end = text.find(CLOSING, start, start + MOST_LETTERS)
    if start < 0 or end < 0:
        raise unusable("the page", "no origin", "a page made by audit-lib run")
    try:
        stated = json.loads(html.unescape(text[start + len(OPENING) : end]))
        origin = Origin(**{each.name: stated[each.name] for each in fields(Origin)})
        shapes = [type(each) for each in vars(origin).values()]
        is_sound = shapes == [str, list, str, dict, dict] and all(map(ADDRESS.fullmatch, [origin.page, *origin.beside]))
    except (ValueError, TypeError, KeyError, RecursionError):
        is_sound = False
    if not is_sound:
        raise unusable("the page", "an origin that cannot be read", "one written by audit-lib run")
    return replace(origin, beside=tuple(origin.beside))
