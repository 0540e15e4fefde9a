"""A page for each unit that a place's notices score or list: tree/<place>/units/<slug>.html."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pandas as pd

from audit_lib.display.charts import Key
from audit_lib.documents.model import anchor_of
from audit_lib.figures.forms import choose_axis, colour_units, key_tiers
from audit_lib.files import save_text
from audit_lib.pages.html_parts import make_slug
from audit_lib.pages.notice_facts import describe_subject, is_lower_better
from audit_lib.pages.place_reports import Period
from audit_lib.pages.report_page import finish_page, link_translations, open_template
from audit_lib.pages.strip_plot import Spot, count_sides, draw_strip
from audit_lib.pages.unit_data import Dossier, Place, Result
from audit_lib.pages.unit_marks import Mark, mark_units
from audit_lib.wording.form import is_full_text
from audit_lib.wording.number_format import format_score

from audit_lib.wording.words import Phrase, Text, Tier, Unit, Words, say

LONGEST = 60  # letters of a slug: three bytes each, and a file name ends at 255
MOST_NAMED = 4  # units that a sentence names
LEAST_RANKED = 3  # units of a table of which one can be ranked


class Strip(NamedTuple):
    """Where a unit is among the scores of its table: drawing, legend, and the units above and below it."""

    svg: str
    legend: tuple[Key, ...]
    n: int


class Treated(NamedTuple):
    """A report that treats a unit: its question, its page from the page of the unit, and why, in words."""

    title: str
    href: str
    why: str


@dataclass(frozen=True)
class Latest:
    """The notice that names a unit last: its rows, what it says of the unit, the marks of the unit."""

    result: Result
    scores: pd.DataFrame
    marks: tuple[Mark, ...]
    is_lower_better: bool


def render_units(place: Place, periods: Sequence[Period], tree: Path, words: Words) -> list[Path]:
    """Write the pages of a place's units; pages of units that are gone go. Returns the pages."""
    slugs = name_pages(place)
    folder = tree / place.jurisdiction / "units"
    paths = [folder / f"{slug}.html" for slug in slugs.values()]
    template = open_template("unit.html.j2")
    marked = {period: _mark_period(place, period, words) for period in place.periods}
    for dossier, path in zip(place.dossiers, paths, strict=True):
        latest = _find_latest(dossier, place, marked)
        own = replace(words, introduced=set())
        html = template.render(
            dossier=dossier,
            place=place,
            words=own,
            slugs=slugs,
            latest=latest,
            opening=own.word(describe_unit(dossier, latest)),
            bullets=[own.mark_up(each) for each in list_messages(latest)],
            strip=_draw_strip(dossier, latest, own),
            treated=list(_list_treated(dossier, periods, marked, own)),
            subject=describe_subject(place.find_record(latest.result.period), own),
            is_full_text=is_full_text(place.find_record(latest.result.period)),
            translations=link_translations(path, tree, words.language, lambda other: other.parents[1].is_dir()),
            Unit=Unit, Tier=Tier, anchor_of=anchor_of, quote=quote, format_score=format_score,
        )  # fmt: skip
        save_text(finish_page(html, words), path)
    for stale in set(folder.glob("*.html")).difference(paths):
        stale.unlink()
    return paths


def name_pages(place: Place) -> dict[str, str]:
    """Name the page of each unit; of those with one name the later, by unit_id, get a number."""
    slugs: dict[str, str] = {}
    taken: set[str] = set()
    for dossier in sorted(place.dossiers, key=lambda each: each.unit_id):
        slug = first = make_slug(dossier.name)[:LONGEST]
        number = 1
        while slug in taken:
            number += 1
            slug = f"{first}-{number}"
        taken.add(slug)
        slugs[dossier.unit_id] = slug
    return {dossier.unit_id: slugs[dossier.unit_id] for dossier in place.dossiers}


Marked = tuple[pd.DataFrame, dict[str, list[Mark]], bool]


def _mark_period(place: Place, period: str, words: Words) -> Marked:
    scores = place.scores[place.scores["period"] == period]
    mentions = place.mentions[place.mentions["period"] == period]
    lower = is_lower_better(place.find_record(period))
    return scores, mark_units(scores, mentions, words, is_lower_better=lower), lower


def _find_latest(dossier: Dossier, place: Place, marked: dict[str, Marked]) -> Latest:
    result = dossier.results[0]
    scores, marks, lower = marked[result.period]
    return Latest(result, scores, tuple(marks.get(dossier.unit_id, [])), lower)


def describe_unit(dossier: Dossier, latest: Latest) -> Phrase:
    """Describe the result of a unit in the last period that names it: score, rank and tier, as far as published."""
    result = latest.result
    tier = Tier(result.tier) if result.tier else None
    if result.score is None and result.rank is None:
        key = f"opening_{result.score_is}" if tier else f"opening_{result.score_is}_untiered"
        return say(f"units.{key}", unit=Unit(dossier.name), tier=tier)
    if result.score is None:
        key, scored, ranked = "ranked", "", say_rank(result, "ranked_")
    else:
        key, scored, ranked = "scored", say("units.scored", score=result.score), _say_place(result)
    facts = {"unit": Unit(dossier.name), "scored": scored, "ranked": ranked, "comma": "," if ranked else "", "tier": tier}
    return say(f"units.opening_{key}_{result.tier_is}", **facts)


def _say_place(result: Result) -> Phrase | str:
    """Say the rank of a scored unit; nothing among fewer than three, or where all have one score."""
    is_ranked = result.rank is not None and result.n >= LEAST_RANKED and result.n_tied != result.n
    return say_rank(result, "") if is_ranked else ""


def say_rank(result: Result, how: str) -> Phrase:
    """Say the rank of a unit in its table: 6th of 56, joint 7th; joint last where nobody is below."""
    rank, n_tied = result.rank or 0, result.n_tied or 1
    is_last = rank + n_tied - 1 == result.n
    key = ("joint_last" if is_last else "joint_place") if n_tied > 1 else "place_last" if is_last else "place"
    return say(f"units.{how}{key}", ordinal=_number_ordinal(rank), rank=rank, n=result.n)


def _number_ordinal(number: int) -> str:
    """Write an English ordinal number.

    >>> [_number_ordinal(n) for n in (1, 2, 3, 4, 11, 12, 21, 103, 111)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '21st', '103rd', '111th']
    """
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def list_messages(latest: Latest) -> Iterator[Text]:
    """List two or three messages on a scored unit: who scored higher or lower, and what does not follow from it."""
    result = latest.result
    if result.score is None or result.rank is None or result.n < LEAST_RANKED:
        return
    table = latest.scores[latest.scores["table_no"] == result.table_no].dropna(subset=["score"])
    higher, lower = count_sides(table["score"].tolist(), result.score)
    equal = len(table) - higher - lower - 1
    yield say("units.message_sides_tied" if equal else "units.message_sides", higher=higher, lower=lower, equal=equal)
    if any(mark.kind == "exception" for mark in latest.marks):
        yield from _list_overtaking(table, result)


def _list_overtaking(table: pd.DataFrame, result: Result) -> Iterator[Text]:
    """List the units with a better tier that are ranked no better than one."""
    order = table.loc[table["tier"] == result.tier, "tier_order"].iloc[0]
    better = table[(table["tier_order"] < order) & (table["rank"] >= result.rank)]
    facts: dict[str, Any] = {"n": len(better), "score": result.score}
    if len(better) <= MOST_NAMED:
        units = [say("units.with_score", unit=Unit(row.unit_name), score=row.score) for row in better.itertuples()]
        yield say("units.message_overtaking", units=units, **facts)
    else:
        yield say("units.message_overtaking_many", **facts)
    yield say("units.message_no_reason")


def _draw_strip(dossier: Dossier, latest: Latest, words: Words) -> Strip | None:
    """Draw where a unit is among the scores of its table; None for one without a score, or alone."""
    result = latest.result
    table = latest.scores[latest.scores["table_no"] == result.table_no].dropna(subset=["score"])
    if result.score is None or len(table) < LEAST_RANKED:
        return None
    table = table.assign(colour=colour_units(table)).sort_values(["score", "tier_order"], kind="stable")
    spots = [Spot(row.score, row.colour, row.unit_id == dossier.unit_id) for row in table.itertuples()]
    higher, lower = count_sides(table["score"].tolist(), result.score)
    facts = {"n": len(table), "low": table["score"].min(), "high": table["score"].max(), "score": result.score}
    alt = words("units.strip", higher=higher, lower=lower, equal=len(table) - higher - lower - 1, **facts)
    name = words("units.with_score_plain", unit=words.short(Unit(dossier.name)), score=result.score)
    return Strip(draw_strip(spots, choose_axis(table["score"]), alt, name), key_tiers(table, words), len(table))


def _list_treated(
    dossier: Dossier, periods: Sequence[Period], marked: dict[str, Marked], words: Words
) -> Iterator[Treated]:
    """List the reports that found something and treat a unit: by its marks, or by naming it in their finding."""
    names = {words.short(Unit(dossier.name)), dossier.name}
    for period in periods:
        marks = marked[period.name][1].get(dossier.unit_id, []) if period.name in marked else []
        for card in period.found:
            own = [mark for mark in marks if mark.report == card.name]
            if own:
                why = words.join([_explain(mark, dossier, period.name, words) for mark in own], "sentences")
            elif any(_names(name, card.headline or "") for name in names):
                why = str(card.headline)
            else:
                continue
            yield Treated(card.title, f"../{period.name}/{card.href}", why)


def _names(name: str, sentence: str) -> bool:
    """Check whether a sentence names a unit, as words of their own where they are of Latin letters."""
    at = sentence.find(name)
    around = sentence[at - 1 : at] + sentence[at + len(name) : at + len(name) + 1]
    return at >= 0 and not (name.isascii() and any(letter.isalpha() for letter in around))


def _explain(mark: Mark, dossier: Dossier, period: str, words: Words) -> str:
    result = next(each for each in dossier.results if each.period == period)
    tier = words.short(Tier(result.tier)) if result.tier else ""
    return words(f"units.treated_{mark.kind}", tier=tier, score=result.score, mark=mark.text)
