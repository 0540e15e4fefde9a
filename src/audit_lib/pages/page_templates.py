"""The templates and scripts of pages, and the links from a page to itself in other languages."""

import json
import os
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, Template
from markupsafe import Markup

from audit_lib.display.scene import STYLE, write_colours
from audit_lib.wording.languages import find_translations
from audit_lib.wording.words import Tier, Unit

FOLDER = Path(__file__).with_name("templates") / "report"


def open_template(name: str) -> Template:
    """Open one of our templates; whatever it prints is escaped."""
    return _open_environment().get_template(name)


@cache
def _open_environment() -> Environment:
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True)
    environment.filters["hash_script"] = hash_script
    colours = Markup(write_colours() + STYLE)
    environment.globals |= {"colours": colours, "version": version("audit-lib")}
    environment.globals |= {"Unit": Unit, "Tier": Tier, "quote": quote}
    return environment


def hash_script(script: str) -> Markup:
    """Name a script of ours as a page's policy allows it: by its hash.

    >>> hash_script("")
    Markup("'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='")
    """
    return Markup("'sha256-{}'").format(b64encode(sha256(script.encode()).digest()).decode())


@cache
def read_script(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def write_json(value: object) -> str:
    """Write a value as JSON that can stand inside a script element, whatever it says."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def link_translations(page: Path, tree: Path, language: str, exists: Callable[[Path], bool]) -> dict[str, str]:
    """Return the links from a page of `tree` to the same page in other languages, by language, where there is one."""
    others = find_translations(page, tree, language).items()
    return {each: Path(os.path.relpath(other, page.parent)).as_posix() for each, other in others if exists(other)}
