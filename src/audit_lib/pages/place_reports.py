"""The reports of a place by period, as its page, the index and the status page show them."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from audit_lib.files import save_text
from audit_lib.fingerprints import hash_bytes, hash_library, list_silent, load_manifest
from audit_lib.pages.report_summary import FAILED, Card, read_card
from audit_lib.periods import order_of
from audit_lib.sources import PERIOD

COVER = "cover.png"  # beside the reports of a period: the first chart of the first
TRENDS = "05_trends"
LEADS = (TRENDS, "03_tiers")  # reports whose finding is the first that an outsider would retell


@dataclass(frozen=True)
class Period:
    """A period of a place and its reports, by name. `silent` are the notebooks with nothing to report, and why."""

    name: str
    cards: tuple[Card, ...]
    silent: Mapping[str, str]

    @property
    def found(self) -> list[Card]:
        """The reports that found something."""
        return [card for card in self.cards if card.state == "found" and card.headline]

    def has_cover(self) -> bool:
        """Check whether the first report has a chart, which is the cover of all."""
        return bool(self.cards and self.cards[0].scene)

    @property
    def lead(self) -> Card | None:
        """The report with the main finding of the period: of change, else of ratings, else the first; else None."""
        found = {card.name: card for card in self.found}
        return next((found[name] for name in (*LEADS, *found) if name in found), None)

    def find_state(self, name: str) -> str:
        """Find what there is of a notebook: a finding, nothing to report, a failure alone, or no run at all."""
        card = next((card for card in self.cards if card.name == name), None)
        return card.state if card else "silent" if name in self.silent else "absent"


@dataclass(frozen=True)
class Lead:
    """The main finding of a place: of the latest period in which a report found something."""

    period: str
    card: Card


def choose_lead(periods: list[Period]) -> Lead | None:
    """Choose the finding of a place; None where no report found anything."""
    return next((Lead(period.name, period.lead) for period in periods if period.lead), None)


def list_periods(folder: Path) -> list[Path]:
    """List the folders of a place's periods from the latest; units/ is none."""
    found = [path for path in folder.glob("[!.]*/") if re.fullmatch(PERIOD, path.name)]
    return sorted(found, key=lambda path: order_of(path.name), reverse=True)


def read_periods(folder: Path, known: "KnownCards | None" = None) -> list[Period]:
    """Read the reports of a place from the latest period; periods without any are left out."""
    read = known.read if known else read_card
    periods = [_read_period(each, folder, read) for each in list_periods(folder)]
    return [period for period in periods if period.cards or period.silent]


def _read_period(path: Path, folder: Path, read: Callable[[Path], Card]) -> Period:
    cards = tuple(_list_cards(path, read))
    silent = {card.name: card.headline or "" for card in cards if card.state == "silent"}
    return Period(path.name, cards, list_silent(folder.parent, folder.name, path.name) | silent)


def _list_cards(folder: Path, read: Callable[[Path], Card]) -> Iterator[Card]:
    """List the reports of a period: the good ones, and those that only ever failed."""
    names = sorted({path.stem.removesuffix(FAILED) for path in folder.glob("[!.]*.ipynb")})
    for name in names:
        has_failed = (folder / f"{name}{FAILED}.ipynb").is_file()
        failure = _read_failure(folder / f"{name}{FAILED}.log", has_failed)
        yield replace(read(folder / f"{name}.ipynb"), failure=failure)


def _read_failure(log: Path, has_failed: bool) -> str | None:
    if not has_failed:
        return None
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n") if log.is_file() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


class KnownCards:
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
