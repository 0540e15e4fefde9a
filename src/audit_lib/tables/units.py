"""Resolve printed names to units: exact, then one level prefix off, then alias. It never guesses.

A notice needs no reference for this: units nobody has described get their printed name, and the kind that the label
of their list and the ending of the name indicate.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from audit_lib.documents.model import line_of, squeeze
from audit_lib.errors import unusable
from audit_lib.notices.grids.rows import ScoreRow
from audit_lib.notices.lists.tier_lists import TierList
from audit_lib.notices.notice import Notice
from audit_lib.notices.words.vocabulary import read_vocabulary
from audit_lib.numbers import competition_rank, count_ties
from audit_lib.tables.schemas import SCHEMAS
from audit_lib.tables.storage import load_or_empty, validate_table
from audit_lib.tables.tiers import find_orders

RULES = ("exact", "prefix", "alias")  # from the strongest to the weakest
IN_LISTS_ONLY = 0  # table_no of a unit that no table names
NUMERALS = "0-9一二三四五六七八九十"
# 附件2 乡镇 and 一、街道(5个) alike hold one word and its number.
TITLE = re.compile(rf"(?:附件|附表|表)?\(?[{NUMERALS}]*\)?[.、:]?(.*?)(?:\([{NUMERALS}]+[个家]?\))?")


@dataclass(frozen=True)
class Unit:
    """What we know of a unit. `kind` and `split` are None where there is no evidence."""

    unit_id: str
    name: str
    kind: str | None = None
    split: str | None = None


@dataclass
class Registry:
    """The units of one jurisdiction, by name and by alias. Names met in a notice join it as they are resolved."""

    jurisdiction: str
    by_name: dict[str, Unit] = field(default_factory=dict)
    by_alias: dict[str, Unit] = field(default_factory=dict)
    resolved: dict[str, tuple[Unit, str]] = field(default_factory=dict)  # so far, by squeezed name

    def resolve(self, printed: str) -> tuple[Unit, str] | None:
        """Find a unit by a printed name, and the rule that finds it; None for an unknown name.

        Exact comes first: the 市 of 市市场监管局 belongs to its name. The prefix may be on either side.
        """
        name, strip = squeeze(printed), read_vocabulary().strip_level
        if name in self.by_name:
            return self.by_name[name], "exact"
        if (short := strip(name)) in self.by_name:
            return self.by_name[str(short)], "prefix"
        longer = [unit for known, unit in self.by_name.items() if strip(known) == name]
        if len(longer) == 1:
            return longer[0], "prefix"
        return (self.by_alias[name], "alias") if name in self.by_alias else None

    def resolve_or_add(self, printed: str) -> tuple[Unit, str]:
        """As `resolve`; an unknown name becomes a unit of its own. What a name was resolved to, it stays."""
        name = squeeze(printed)
        if name not in self.resolved:
            if (found := self.resolve(name)) is None:
                self.by_name[name] = Unit(f"{self.jurisdiction}-{name}", name)
                found = self.by_name[name], "exact"
            self.resolved[name] = found
        return self.resolved[name]


def load_registry(data: Path, jurisdiction: str) -> Registry:
    """Load units.csv and aliases.csv; empty where there is none. Raises AuditError for an alias of an unknown unit."""
    folder = data / "reference" / jurisdiction
    registry = Registry(jurisdiction)
    known: dict[str, Unit] = {}
    row: Any
    units = load_or_empty(folder / "units.csv", "units").astype("object").where(lambda table: table.notna(), None)
    for row in units.itertuples():
        known[row.unit_id] = Unit(row.unit_id, row.unit_name, row.kind, row.split)
    registry.by_name |= {squeeze(unit.name): unit for unit in known.values()}
    for row in load_or_empty(folder / "aliases.csv", "aliases").itertuples():
        if row.unit_id not in known:
            where = f"{folder / 'aliases.csv'} line {row.Index + 2}"
            raise unusable(where, f"unit_id {row.unit_id}", "a unit of units.csv")
        registry.by_alias[squeeze(row.name_printed)] = known[row.unit_id]
    return registry


@dataclass(frozen=True)
class Entry:
    """A row of a score table, the unit it is about, and by which rule its name was resolved."""

    unit: Unit
    rule: str
    table_no: int
    row: ScoreRow
    title: str | None = None  # of the table


@dataclass(frozen=True)
class Listing:
    """Where the tier lists name a unit, and by which rule the name was resolved."""

    unit: Unit
    printed: str
    rule: str
    tier_list: TierList


def resolve_tables(notice: Notice, registry: Registry) -> list[Entry]:
    """Resolve every row of every score table, in printed order."""
    return [
        Entry(unit, rule, table.table_no, row, table.title)
        for table in notice.tables
        for row in table.rows
        for unit, rule in [registry.resolve_or_add(row.unit)]
    ]


def resolve_lists(notice: Notice, registry: Registry) -> list[Listing]:
    """Resolve every entry of every tier list, in printed order; of several assessments, of the first or the scored."""
    first = next((tier_list.series for tier_list in notice.own_tiers if tier_list.series), None)
    return [
        Listing(unit, printed, rule, tier_list)
        for tier_list in notice.own_tiers
        if tier_list.series in (None, first)
        for printed in tier_list.units
        for unit, rule in [registry.resolve_or_add(printed)]
    ]


def resolve_units(notice: Notice, registry: Registry, period: str, *, lower_first: bool = False) -> pd.DataFrame:
    """Return the scores table of a notice: one row per unit of each table, then the units that only a list names.

    Rank 1 is the highest score, or with `lower_first` the lowest. A unit printed twice in a table keeps its first row;
    a unit in two different tiers has none. The checks say so.
    """
    entries: dict[tuple[int, str], Entry] = {}
    for entry in resolve_tables(notice, registry):
        entries.setdefault((entry.table_no, entry.unit.unit_id), entry)
    listings: dict[str, list[Listing]] = {}
    for listing in resolve_lists(notice, registry):
        listings.setdefault(listing.unit.unit_id, []).append(listing)
    rows = [_score_row(entry.unit, entry, listings.get(unit_id, [])) for (_, unit_id), entry in entries.items()]
    in_a_table = {unit_id for _, unit_id in entries}
    rows += [_score_row(found[0].unit, None, found) for unit_id, found in listings.items() if unit_id not in in_a_table]
    place = registry.jurisdiction
    scores = pd.DataFrame(rows, columns=list(SCHEMAS["scores"].columns)).assign(
        notice_id=f"{place}-{period}", jurisdiction=place, period=period, year=int(period[:4])
    )
    scores["score"] = scores["score"].astype("float64")  # rows without any score are objects to pandas
    orders = find_orders(scores, notice.own_tiers, lower_first=lower_first)
    by_table = scores.groupby("table_no")["score"]
    scores = scores.assign(
        tier_order=scores["tier"].map(orders).astype("Int8"),
        rank=by_table.transform(competition_rank, lower_first=lower_first),
        n_tied=by_table.transform(count_ties),
    )
    return validate_table(scores[list(SCHEMAS["scores"].columns)], "scores", f"{place}-{period}")


def _score_row(unit: Unit, entry: Entry | None, listings: list[Listing]) -> dict[str, object]:
    vocabulary = read_vocabulary()
    row = entry.row if entry else None
    labels = [listing.tier_list.label for listing in listings] + [row.group if row else None]
    kind, kind_source = classify_unit(unit, labels, entry.title if entry else None)
    tiers = {vocabulary.name_tier(listing.tier_list.tier) for listing in listings}
    tiers |= {vocabulary.name_tier(row.tier)} if row and row.tier else set()
    tier = tiers.pop() if len(tiers) == 1 else None
    listed = listings[0] if listings else None
    return {
        "table_no": entry.table_no if entry else IN_LISTS_ONLY,
        "unit_id": unit.unit_id,
        "unit_name": unit.name,
        "name_in_table": row and row.unit,
        "name_in_list": listed and listed.printed,
        "match": _match(entry.rule if entry else None, listed.rule if listed else None),
        "kind": kind,
        "side": vocabulary.side[kind],
        "split": unit.split,
        "kind_source": kind_source,
        "score": row and row.score,
        "serial": row and row.serial,
        "rank_printed": row and row.rank,
        "tier": tier,
        "tier_order": None,  # of all tiers together, once they are read
        "table_line": row and line_of(row.place),
        "list_line": listed and line_of(listed.tier_list.place),
        "source_place": row.place if row else listings[0].tier_list.place,
        "is_corrected": False,
    }


def classify_unit(unit: Unit, labels: Sequence[str | None], title: str | None) -> tuple[str, str]:
    """Return the kind of a unit and where it was read: registry, list_label or suffix.

    What units.csv says comes first. Then the first of the labels of its lists and the title of its group that names
    kinds: 镇政府(街道、管委会) names towns, subdistricts and zones. The ending of the name chooses among them, and a
    finer ending on the same side of the government (区税务局 among departments) is kept. Without a label the ending
    decides alone. The title of its table is asked last, where the ending says nothing (乐坪 in the table 街道).
    """
    vocabulary = read_vocabulary()
    by_suffix = vocabulary.kind_of(unit.name)
    if unit.kind:
        return unit.kind, "registry"
    named = (vocabulary.kinds_of_label(squeeze(label)) for label in labels if label)
    if kinds := next((kinds for kinds in named if kinds), None):
        return _choose_kind(by_suffix, kinds)
    by_title = _read_title(title or "") if by_suffix == "other" else None
    return (by_title, "list_label") if by_title else (by_suffix, "suffix")


def _choose_kind(by_suffix: str, kinds: tuple[str, ...]) -> tuple[str, str]:
    """Choose among the kinds that a label names.

    Parks and zone committees are a kind of their own under any label; what else does not fit a label with zones is one.
    """
    side = read_vocabulary().side
    bureaus = "department" in kinds and side[by_suffix] == side["department"]
    if by_suffix in kinds or bureaus:
        return by_suffix, "list_label"
    if by_suffix == "zone":
        return "zone", "suffix"
    return ("zone" if "zone" in kinds else kinds[0]), "list_label"


def _read_title(title: str) -> str | None:
    """Return the kind that the title of a table is the word for (附件2 乡镇 → town); None for any other title."""
    words = TITLE.fullmatch(squeeze(title))
    return read_vocabulary().label.get(words[1]) if words else None


def _match(table_rule: str | None, list_rule: str | None) -> str:
    """Name the join by its weaker half."""
    if table_rule is None:
        return "list_only"
    if list_rule is None:
        return "table_only"
    return max(table_rule, list_rule, key=RULES.index)


def resolve_mentions(notice: Notice, registry: Registry, period: str) -> pd.DataFrame:
    """Return the mentions table of a notice. Names in the prose are those of its tables and lists, so all resolve."""
    rows = [
        {
            "notice_id": f"{registry.jurisdiction}-{period}",
            "jurisdiction": registry.jurisdiction,
            "period": period,
            "unit_id": unit.unit_id,
            "unit_name": unit.name,
            "name_raw": mention.unit,
            "section": mention.section,
            "item": mention.item,
            "sentiment": mention.sentiment,
            "line": line_of(mention.place),
            "place": mention.place,
        }
        for mention in notice.mentions
        for unit, _ in [registry.resolve_or_add(mention.unit)]
    ]
    mentions = pd.DataFrame(rows, columns=list(SCHEMAS["mentions"].columns))
    return validate_table(mentions, "mentions", f"{registry.jurisdiction}-{period}")
