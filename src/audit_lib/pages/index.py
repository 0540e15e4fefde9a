"""The index over all reports: what exists, what was found, how good the data is, what could not be reported and why.

It is one page: everything is in it, the search too, and works without a server. It rests on the reports, on their logs
where they failed, on jurisdictions.csv and on the digest of each place (`unit_pages.digest_place`).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from audit_lib.files import save_text
from audit_lib.fingerprints import hash_bytes, hash_library, load_manifest
from audit_lib.pages.origin import describe_origin, find_root, finish_page
from audit_lib.pages.report_page import TEMPLATES, link_translations, open_template
from audit_lib.pages.report_summary import FAILED, Card, read_card
from audit_lib.pages.unit_page import load_digest
from audit_lib.periods import order_of
from audit_lib.sources import PERIOD
from audit_lib.tables.storage import load_table
from audit_lib.wording.languages import LANGUAGES, MAIN, find_translations
from audit_lib.wording.words import Words

SEARCH = TEMPLATES / "report" / "search.js"


@dataclass(frozen=True)
class Entry:
    """A report in the index. `failure` is the last line of the log of its last run, where that failed."""

    card: Card
    failure: str | None

    @property
    def state(self) -> str:
        """What there is: found, silent (it only says why there is nothing to report) or failed (there is none)."""
        return "failed" if self.card.href is None else "silent" if self.card.is_silent else "found"


@dataclass(frozen=True)
class Period:
    """A period of a place: its reports, and the quality marks of its notice (None where it has no tables)."""

    name: str
    entries: tuple[Entry, ...]
    marks: dict[str, int] | None

    @property
    def lead(self) -> Entry | None:
        """The report whose finding stands for the period: its first, the year card."""
        first = self.entries[0]
        return first if first.state == "found" else None

    @property
    def reported(self) -> list[Entry]:
        """The reports that found something, the lead left out, and those of which there is none yet."""
        return [entry for entry in self.entries if entry.state != "silent" and entry is not self.lead]

    @property
    def silent(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.state == "silent"]

    def find(self, name: str) -> Entry | None:
        """Find a report by the name of its notebook."""
        return next((entry for entry in self.entries if entry.card.name == name), None)


@dataclass(frozen=True)
class Place:
    """A place of the index: its periods from the latest, its units as the digest has them. `names`: shown one first."""

    jurisdiction: str
    name: str
    names: tuple[str, ...]
    periods: tuple[Period, ...]
    units: list[dict[str, Any]]


def render_index(tree: Path, data: Path, language: str = MAIN) -> None:
    """Write the index of a language's reports, tree/index.html."""
    places = list(_gather_places(tree, data, language))
    page, words = tree / "index.html", Words(language)
    names = sorted({entry.card.name for place in places for period in place.periods for entry in period.entries})
    html = open_template("reports.html.j2").render(
        places=places,
        notebooks=names,
        words=words,
        translations=link_translations(page, tree, language, lambda other: other.parent.is_dir()),
        search=json_of(describe_search(places)),
        scripts=[SEARCH.read_text(encoding="utf-8")],
    )
    root = find_root(tree, language)
    folders = [other.parent for other in find_translations(page, tree, language).values()]
    beside = [folder for folder in folders if folder != root and folder.is_dir()]
    save_text(finish_page(html, describe_origin(page, root, beside), words), page)


def list_periods(folder: Path) -> list[Path]:
    """List the folders of a place's periods from the latest; units/ is none."""
    found = [path for path in folder.glob("[!.]*/") if re.fullmatch(PERIOD, path.name)]
    return sorted(found, key=lambda path: order_of(path.name), reverse=True)


def _gather_places(tree: Path, data: Path, language: str) -> Iterator[Place]:
    known, named = _KnownCards(tree), _load_names(data)
    for folder in sorted(path for path in tree.glob("[!.]*/") if path.name not in LANGUAGES):
        periods = [
            Period(each.name, entries, None)
            for each in list_periods(folder)
            if (entries := tuple(_list_entries(each, known)))
        ]
        if periods:
            digest = load_digest(tree, data, folder.name, language)
            marked = tuple(replace(period, marks=digest["marks"].get(period.name)) for period in periods)
            names = named.get(folder.name, {})
            shown = names.get(f"name_{language}", folder.name.capitalize())
            yield Place(
                folder.name, shown, tuple(dict.fromkeys([shown, folder.name, *names.values()])), marked, digest["units"]
            )
    known.save()


def _load_names(data: Path) -> dict[str, dict[str, str]]:
    """Load the names of all places: by place, then by column (name_en)."""
    path = data / "reference" / "jurisdictions.csv"
    known = load_table(path, "jurisdictions").set_index("jurisdiction") if path.is_file() else pd.DataFrame()
    names: dict[str, dict[str, str]] = known.filter(regex="^name_").to_dict("index")
    return names


def _list_entries(folder: Path, known: "_KnownCards") -> Iterator[Entry]:
    """List the reports of a period: the good ones, and those that only ever failed."""
    names = sorted({path.stem.removesuffix(FAILED) for path in folder.glob("[!.]*.ipynb")})
    for name in names:
        has_failed = (folder / f"{name}{FAILED}.ipynb").is_file()
        yield Entry(known.read(folder / f"{name}.ipynb"), _read_failure(folder / f"{name}{FAILED}.log", has_failed))


def _read_failure(log: Path, has_failed: bool) -> str | None:
    if not has_failed:
        return None
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n") if log.is_file() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


class _KnownCards:
    """The cards of reports; those that are as they were when the index was last written are not read again."""

    def __init__(self, tree: Path) -> None:
        self.path = tree / ".manifest" / ".cards.json"
        library = hash_library(pages=True)
        stored = load_manifest(self.path) or {}
        cards = stored.get("cards") if stored.get("library") == library else None
        self._old: dict[str, Any] = cards if isinstance(cards, dict) else {}
        self._now: dict[str, Any] = {}
        self._library = library

    def read(self, path: Path) -> Card:
        if not path.is_file():
            return read_card(path)
        key = f"{path.stem} {hash_bytes(path.read_bytes())}"
        try:
            card = Card(**self._old[key])
        except (KeyError, TypeError):  # not known, or kept in another shape
            card = read_card(path)
        self._now[key] = asdict(card)
        return card

    def save(self) -> None:
        content = {"library": self._library, "cards": self._now}
        save_text(json.dumps(content, ensure_ascii=False), self.path)


def describe_search(places: list[Place]) -> list[dict[str, Any]]:
    """Give what the search knows beside the page's own text, as small as it goes.

    For each place: `id`, its `names`, `periods` from the latest, `tiers`, and `units`. A unit is [name, slug (0 where
    it is the name), other names, results]; a result is [period, score or null, tier or -1], both by their place in the
    lists of the place.
    """
    return [
        {
            "id": place.jurisdiction,
            "names": place.names,
            "periods": (periods := _list_each(place, 0)),
            "tiers": (tiers := _list_each(place, 2)),
            "units": [_shorten_unit(unit, periods, tiers) for unit in place.units],
        }
        for place in places
    ]


def _list_each(place: Place, at: int) -> list[str]:
    found = dict.fromkeys(result[at] for unit in place.units for result in unit["results"] if result[at] is not None)
    return sorted(found, key=order_of, reverse=True) if at == 0 else list(found)


def _shorten_unit(unit: dict[str, Any], periods: list[str], tiers: list[str]) -> list[Any]:
    results = [
        [periods.index(period), score, -1 if tier is None else tiers.index(tier)]
        for period, score, tier in unit["results"]
    ]
    return [unit["name"], 0 if unit["slug"] == unit["name"] else unit["slug"], unit["others"], results]


def json_of(value: object) -> str:
    """Write a value as JSON that can stand inside a script element, whatever it says."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
