"""How to cite a page, and what its owner says of the site: data/site.toml."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from audit_lib.errors import unusable
from audit_lib.wording.languages import MAIN
from audit_lib.wording.words import Words

SITE = "site.toml"
ADDRESS = re.compile(r"(https?://|mailto:)\S+")


@dataclass(frozen=True)
class Site:
    """Where the pages are published and whom to write to; empty where the owner does not say."""

    url: str = ""
    contact: str = ""

    def locate(self, language: str, *parts: str) -> str:
        """Return the address of a file by its parts in the tree of a language; empty where the owner states none."""
        folders = () if language == MAIN else (language,)
        return "/".join([self.url, *map(quote, (*folders, *parts))]) if self.url else ""


@dataclass(frozen=True)
class Citation:
    """How to cite a page: as a line of text, and as BibTeX."""

    text: str
    bibtex: str


def read_site(data: Path) -> Site:
    """Read data/site.toml; nothing is known without one. Raises AuditError for what is no address."""
    path = data / SITE
    if not path.is_file():
        return Site()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise unusable(path, str(error), "TOML with url and contact") from None
    for name, value in found.items():
        if name not in ("url", "contact") or (value and not ADDRESS.fullmatch(str(value))):
            raise unusable(path, f"{name} = {value!r}", "url and contact, as https:// or mailto:")
    return Site(str(found.get("url", "")).rstrip("/"), str(found.get("contact", "")))


def cite_page(
    path: Path, headline: str, source: Mapping[str, object], versions: Mapping[str, str], site: Site, words: Words
) -> Citation:
    """Cite a report by its finding, its notice and the version that made it. `path` is that of its notebook."""
    jurisdiction, period = path.parts[-3:-1]
    version = versions.get("audit-lib", "")
    address = site.locate(words.language, *path.with_suffix(".html").parts[-3:])
    notice = words.join([str(source.get(name) or "") for name in ("publisher", "document_number")], "parts")
    facts = {
        "site": words("page.site"),
        "headline": headline,
        "notice": notice or f"{jurisdiction}-{period}",
        "version": version,
    }
    text = words.join([words("page.cite_as", **facts), address], "sentences")
    fields = {
        "title": headline,
        "howpublished": words("page.site"),
        "note": words("page.cite_note", **facts),
        "url": address,
    }
    listed = ",\n".join(f"  {name} = {{{_escape(value)}}}" for name, value in fields.items() if value)
    return Citation(text, f"@misc{{{jurisdiction}-{period}-{path.stem},\n{listed}\n}}")


def _escape(text: str) -> str:
    """Escape what BibTeX reads as commands."""
    return re.sub(r"([&%$#_{}])", r"\\\1", text)
