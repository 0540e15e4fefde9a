"""The templates of each language, from its file."""

import re
import tomllib
from functools import cache
from typing import Any

from audit_lib.errors import unusable
from audit_lib.wording.languages import FOLDER, LANGUAGES

MEASURED = "_measured"  # ends the key of a template for scores that are not points, as the share of clean-air days
BOLD = re.compile(r"\*\*(.+?)\*\*")
START, END = "\x02", "\x03"  # stand for the marks of bold text of a template until it is shown; facts hold none


def find_section(language: str, dotted: str) -> dict[str, Any]:
    """Find a section of a language's file: names.kind. Empty where it has none. Raises AuditError for no language."""
    section = _read_language(language)
    for part in dotted.split(".") if dotted else []:
        section = section.get(part, {})
    return section


def find_template(language: str, key: str, *, is_measured: bool) -> str:
    """Find the template `section.name`, its bold text between START and END. Raises KeyError where there is none."""
    section, _, name = key.rpartition(".")
    templates = find_section(language, section)
    while name not in templates and "_" in section:  # of figures.level_lowest that of figures.level
        section = section.rpartition("_")[0]
        templates = find_section(language, section)
    if is_measured and name + MEASURED in templates:
        name += MEASURED
    return BOLD.sub(rf"{START}\1{END}", str(templates[name]))


@cache
def _read_language(language: str) -> dict[str, Any]:
    if language not in LANGUAGES:
        raise unusable("language", repr(language), f"one of {', '.join(LANGUAGES)}")
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
