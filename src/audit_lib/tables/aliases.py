"""Suggest which known unit a new name may mean, and write what a person accepts. Similarity alone joins nothing."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import pandas as pd
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from audit_lib.documents.model import squeeze
from audit_lib.errors import AuditError
from audit_lib.files import lock_folder
from audit_lib.notices.words.vocabulary import read_vocabulary
from audit_lib.notices.words.word_lists import BRACKET, PLACES
from audit_lib.periods import order_of
from audit_lib.sources import Source, list_sources
from audit_lib.tables.append import append_rows
from audit_lib.tables.build import read_source
from audit_lib.tables.evidence import Evidence
from audit_lib.tables.storage import load_or_empty
from audit_lib.tables.units import Unit, load_registry

# Half of the name: 神后镇 and 神垕镇 are one town, and of the two characters before 镇 they share one. Bureaus
# that were renamed with their tasks (环保局, 生态环境局) share less, or are kept apart by the rules below.
LEAST = 50.0
# Neighbours differ in these: 南川东路, 南川西路.
APART = frozenset("东西南北中上下前后内外大小新老一二三四五六七八九十")


@dataclass(frozen=True)
class Known:
    """A unit of the place, and where it is named: in another notice, else in units.csv."""

    unit: Unit
    where: str


@dataclass(frozen=True)
class Printed:
    """A unit that a notice names, with each name that it prints and the place of that."""

    unit: Unit
    names: Mapping[str, str]


@dataclass(frozen=True)
class Suggestion:
    """A new unit of a notice, and the known one that it may be; similarity of their names from 0 to 100."""

    new: Printed
    known: Known
    similarity: float

    @property
    def measured(self) -> str:
        return f"similarity {self.similarity:.0f} of 100 without level and ending"


@dataclass
class Roster:
    """The units that the notices of a place name, period by period: those built, and those of raw files that are not.

    Read once for all files that are added together.
    """

    registered: dict[str, Unit]
    named: dict[str, dict[str, Known]] = field(default_factory=dict)  # period → unit_id → where

    def known_for(self, period: str) -> dict[str, Known]:
        """Return the units known when a period comes: of units.csv, and of earlier notices; without any, of later ones.

        So an arrival is offered once, with the first period that names it, in whichever order the files are added.
        """
        others = sorted((each for each in self.named if each != period), key=order_of)
        earlier = [each for each in others if order_of(each) < order_of(period)]
        known = {unit_id: Known(unit, "units.csv") for unit_id, unit in self.registered.items()}
        for each in earlier or others:
            known |= self.named[each]
        return known

    def enter(self, period: str, notice_id: str, scores: pd.DataFrame) -> None:
        """Enter the units of a notice, from its scores table."""
        units = zip(scores["unit_id"], scores["unit_name"], scores["source_place"], strict=True)
        self.named[period] = {
            unit_id: Known(Unit(unit_id, name), f"{notice_id} {place}") for unit_id, name, place in units
        }


def load_roster(data: Path, jurisdiction: str) -> Roster:
    """Load the units of a place. A raw file that is not built, and cannot be read, names none."""
    units = load_registry(data, jurisdiction).by_name.values()
    roster = Roster({unit.unit_id: unit for unit in units})
    scores = load_or_empty(data / "processed" / jurisdiction / "scores.csv", "scores")
    for (period, notice_id), rows in scores.groupby(["period", "notice_id"]):
        roster.enter(str(period), str(notice_id), rows)
    for source in list_sources(data, jurisdiction):
        if source.period not in roster.named:
            with suppress(AuditError):
                roster.enter(source.period, source.notice_id, read_source(data, source).scores)
    return roster


def list_printed(evidence: Evidence) -> list[Printed]:
    """List the units that a notice names, in printed order."""
    named = [(entry.unit, entry.row.unit, entry.row.place) for entry in evidence.entries]
    named += [(listing.unit, listing.printed, listing.tier_list.place) for listing in evidence.listings]
    names: dict[Unit, dict[str, str]] = {}
    for unit, name, place in named:
        names.setdefault(unit, {}).setdefault(squeeze(name), place)
    return [Printed(unit, places) for unit, places in names.items()]


def suggest_aliases(new: Iterable[Printed], absent: Iterable[Known]) -> list[Suggestion]:
    """Pair new units with known ones of similar names that a notice lacks, most similar first; no ties."""
    pairs = [
        Suggestion(each, known, measure_similarity(each.unit.name, known.unit.name))
        for each, known in product(new, absent)
    ]
    likely = [pair for pair in pairs if pair.similarity >= LEAST]
    best = [pair for pair in likely if all(_is_likelier(pair, other) for other in likely)]
    return sorted(best, key=lambda pair: -pair.similarity)


def _is_likelier(pair: Suggestion, other: Suggestion) -> bool:
    are_rivals = (pair.new == other.new) != (pair.known == other.known)
    return not are_rivals or pair.similarity > other.similarity


def accept_suggestions(data: Path, source: Source, suggestions: Iterable[Suggestion]) -> int:
    """Write suggestions to aliases.csv, and before that their units to units.csv; returns the number of new aliases."""
    folder = data / "reference" / source.jurisdiction
    with lock_folder(folder):
        kept = {unit.unit_id for unit in load_registry(data, source.jurisdiction).by_name.values()}
        units, aliases = [], []
        for each in suggestions:
            unit, where = each.known.unit, each.known.where
            if unit.unit_id not in kept:
                units.append({"unit_id": unit.unit_id, "unit_name": unit.name, "evidence": f"name in {where}"})
            for name, place in each.new.names.items():
                evidence = f"{name} in {source.notice_id} {place}; {unit.name} in {where}; {each.measured}"
                aliases.append({"name_printed": name, "unit_id": unit.unit_id, "evidence": evidence})
        written = append_rows(units, folder / "units.csv", "units")
        try:
            append_rows(aliases, folder / "aliases.csv", "aliases")
        except BaseException:  # Ctrl-C among them
            written.undo()
            raise
    return len(aliases)


def measure_similarity(one: str, other: str) -> float:
    """Return how similar two names are without level and ending, from 0 to 100 (Indel ratio); 0 for units of two kinds.

    Places may differ by a character, typed wrong or written otherwise. In the name of a bureau each character is a
    task: 国税局 is not 地税局, and 农业农村局 has more tasks than 农业局. There only a short form is like the long one.

    >>> measure_similarity("总寨镇", "总寨镇政府"), measure_similarity("小吕镇", "小吕乡")
    (100.0, 100.0)
    >>> measure_similarity("神后镇", "神垕镇"), measure_similarity("农业局", "农业农村局")
    (50.0, 0.0)
    """
    kinds = {read_vocabulary().kind_of(squeeze(name)) for name in (one, other)}
    shorter, longer = sorted((_find_stem(one), _find_stem(other)), key=len)
    if len(kinds - {"other"}) > 1:
        return 0.0
    if not kinds <= set(PLACES) and shorter != longer:
        is_short_form = LCSseq.similarity(shorter, longer) == len(shorter) and shorter not in longer
        return fuzz.ratio(shorter, longer) if is_short_form else 0.0
    return 0.0 if _are_neighbours(shorter, longer) else fuzz.ratio(shorter, longer)


def _are_neighbours(one: str, other: str) -> bool:
    """Check whether two stems differ only in characters of APART."""
    differing = {char for pair in zip(one, other, strict=False) if pair[0] != pair[1] for char in pair}
    return len(one) == len(other) and bool(differing) and differing <= APART


def _find_stem(name: str) -> str:
    """Remove what many names share: 市海洋与渔业局 → 海洋与渔业, 雷波县政府办 → 雷波, 嘉定新城(马陆镇) → 嘉定."""
    vocabulary = read_vocabulary()
    bare = BRACKET.sub("", squeeze(name)) or squeeze(name)
    if vocabulary.kind_of(bare) not in PLACES:  # 市桥镇 is the town 市桥
        bare = vocabulary.strip_level(bare) or bare
    endings = [ending for ending in vocabulary.suffix if bare.endswith(ending) and bare != ending]
    return bare.removesuffix(max(endings, key=len, default=""))
