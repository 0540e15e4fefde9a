"""A page for each unit that a place's notices score or list: tree/<place>/units/<slug>.html."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from audit_lib.display.charts import Key
from audit_lib.documents.model import anchor_of
from audit_lib.figures.axes import choose_axis
from audit_lib.figures.units import colour_units, key_tiers
from audit_lib.notebook.place_words import name_measure
from audit_lib.pages.cite import Site
from audit_lib.pages.glossary import find_spellings
from audit_lib.pages.html_parts import slug_unit, take_slug
from audit_lib.pages.notice_facts import describe_subject, say_units
from audit_lib.pages.origin import save_page
from audit_lib.pages.page_templates import link_translations, open_template
from audit_lib.pages.place_reports import COVER, TRENDS, Period
from audit_lib.pages.report_summary import FAILED
from audit_lib.pages.strip_plot import Spot, count_sides, draw_strip
from audit_lib.pages.unit_data import Dossier, Place, read_meanings, read_sentences
from audit_lib.pages.unit_finding import (
    LEAST_RANKED,
    MOST_NAMED,
    Latest,
    Table,
    describe_unit,
    find_neighbours,
    list_messages,
)
from audit_lib.pages.unit_marks import Mark, mark_units
from audit_lib.sources import PERIOD
from audit_lib.tables.measures import read_measure
from audit_lib.wording.form import is_full_text
from audit_lib.wording.items import say_section
from audit_lib.wording.languages import find_translations
from audit_lib.wording.number_format import format_score
from audit_lib.wording.words import Phrase, Text, Unit, Words


class Strip(NamedTuple):
    """Where a unit is among the scores of its table: drawing, legend, how many units there are and what they are."""

    svg: str
    legend: tuple[Key, ...]
    n: int
    units: Text


class Treated(NamedTuple):
    """A report that treats a unit: its question, its page from the page of the unit, and why, in words."""

    title: str
    href: str
    why: str


@dataclass(frozen=True)
class Notice:
    """What the pages of units need of one notice: its marks by unit_id, its tables by number, what a part it is of."""

    marks: dict[str, list[Mark]]
    tables: dict[int, Table]
    extent: Phrase | None


def render_units(
    place: Place, periods: Sequence[Period], tree: Path, words: Words, site: Site, data: Path
) -> list[Path]:
    """Write the pages of a place's units; pages of units that are gone go. Returns the pages."""
    slugs = name_pages(place)
    folder = tree / place.jurisdiction / "units"
    paths = [folder / f"{slug}.html" for slug in slugs.values()]
    template = open_template("unit.html.j2")
    notices = {period: _open_notice(place, period, words) for period in place.periods}
    beside = list_beside(tree, place.jurisdiction, words.language)
    names = set().union(*(_spell(dossier, words) for dossier in place.dossiers))
    found = [(period.name, card) for period in periods for card in period.found]
    named = {(period, card.name): find_spellings(card.headline or "", names) for period, card in found}
    sentences, meanings = read_sentences(place, data), read_meanings(place, data)
    subjects = describe_subjects(place, words)
    covered = next((period.name for period in periods if period.has_cover()), "")
    for dossier, path in zip(place.dossiers, paths, strict=True):
        latest = _find_latest(dossier, notices)
        record = place.find_record(latest.result.period)
        own = name_measure(replace(words, introduced=set()), record)
        html = template.render(
            dossier=dossier,
            place=place,
            words=own,
            site=site,
            image=site.locate(words.language, place.jurisdiction, covered, COVER) if covered else "",
            slugs=slugs,
            latest=latest,
            opening=own.word(describe_unit(dossier, latest)),
            bullets=[own.mark_up(each) for each in list_messages(latest)],
            strip=_draw_strip(dossier, latest, own),
            neighbours=list(find_neighbours(latest)),
            most_named=MOST_NAMED,
            treated=list(_list_treated(dossier, periods, notices, named, own)),
            subject=describe_subject(record, own),
            subjects=subjects if len(set(subjects.values())) > 1 else {},
            is_full_text=is_full_text(record),
            translations=link_translations(path, tree, words.language, lambda other: other.parents[1].is_dir()),
            sentences=sentences,
            meanings=meanings,
            anchor_of=anchor_of,
            date_notices=date_notices,
            format_score=format_score,
            say_section=say_section,
        )
        save_page(html, path, tree, beside, words)
    for stale in set(folder.glob("*.html")).difference(paths):
        stale.unlink()
    return paths


def describe_subjects(place: Place, words: Words) -> dict[str, str]:
    """Describe what each period is about, the first period first; empty of one where it is not recorded."""
    return {period: describe_subject(place.find_record(period), words) for period in reversed(place.periods)}


def list_beside(tree: Path, jurisdiction: str, language: str) -> list[Path]:
    """List what the pages of a place are made beside: its reports, and its folders in other languages."""
    folders = find_translations(tree / jurisdiction, tree, language).values()
    reports = (tree / jurisdiction).glob("[!.]*/[!.]*.ipynb")
    return [*(folder for folder in folders if folder.is_dir()), *(path for path in reports if FAILED not in path.name)]


def name_pages(place: Place) -> dict[str, str]:
    """Name the page of each unit; of those with one name the later, by unit_id, get a number."""
    taken: set[str] = set()
    by_id = sorted(place.dossiers, key=lambda each: each.unit_id)
    slugs = {dossier.unit_id: take_slug(slug_unit(dossier.name), taken) for dossier in by_id}
    return {dossier.unit_id: slugs[dossier.unit_id] for dossier in place.dossiers}


def _open_notice(place: Place, period: str, words: Words) -> Notice:
    scores = place.scores[place.scores["period"] == period]
    mentions = place.mentions[place.mentions["period"] == period]
    is_lower_better = read_measure(place.find_record(period)).is_lower_better
    marks = mark_units(scores, mentions, words, is_lower_better=is_lower_better)
    scored = scores.dropna(subset=["score"])
    tables = {
        int(str(number)): _open_table(table, words, is_lower_better=is_lower_better)
        for number, table in scored.groupby("table_no")
    }
    return Notice(marks, tables, place.describe_extent(period))


def _open_table(scores: pd.DataFrame, words: Words, *, is_lower_better: bool) -> Table:
    units = scores.assign(colour=colour_units(scores)).sort_values(["score", "tier_order"], kind="stable")
    return Table(units, say_units(units), choose_axis(units["score"]), key_tiers(units, words), is_lower_better)


def _find_latest(dossier: Dossier, notices: dict[str, Notice]) -> Latest:
    result = dossier.results[0]
    notice = notices[result.period]
    table = None if result.score is None else notice.tables[result.table_no]
    return Latest(result, tuple(notice.marks.get(dossier.unit_id, [])), table, notice.extent)


def _draw_strip(dossier: Dossier, latest: Latest, words: Words) -> Strip | None:
    """Draw where a unit is among the scores of its table; None for one without a score, or among fewer than three."""
    result, table = latest.result, latest.table
    if table is None or result.score is None or len(table.units) < LEAST_RANKED:
        return None
    rows = zip(table.units["score"], table.units["colour"], table.units["unit_id"], strict=True)
    spots = [Spot(score, colour, unit_id == dossier.unit_id) for score, colour, unit_id in rows]
    higher, lower = count_sides([spot.score for spot in spots], result.score)
    facts = {"n": len(spots), "low": spots[0].score, "high": spots[-1].score, "score": result.score}
    alt = words("units.strip", higher=higher, lower=lower, equal=len(spots) - higher - lower - 1, **facts)
    name = words.short(Unit(dossier.name))
    label = words("units.with_score_plain", unit=name, score=result.score)
    own = Key(next(spot.colour for spot in spots if spot.is_outlined), name, is_outlined=True)
    return Strip(draw_strip(spots, table.axis, alt, label), (*table.legend, own), len(spots), table.noun)


def date_notices(text: str, jurisdiction: str, words: Words) -> str:
    """Name the notices in a text of ours by their dates, not by the ids that our tables use."""
    ids = rf"(?<![A-Za-z\d-]){re.escape(jurisdiction)}-({PERIOD.strip('^$')})(?![A-Za-z\d-])"
    return re.sub(ids, lambda found: words.date(found[1]), text)


def _list_treated(
    dossier: Dossier,
    periods: Sequence[Period],
    notices: dict[str, Notice],
    named: dict[tuple[str, str], set[str]],
    words: Words,
) -> Iterator[Treated]:
    """List the reports that found something and treat a unit: by its marks, or by naming it in their finding.

    `named` are the names in the finding of each report, by its period and its own name. Of the reports on change only
    the last is listed, which covers all periods.
    """
    last = next((period.name for period in periods for card in period.found if card.name == TRENDS), "")
    names = _spell(dossier, words)
    for period in periods:
        marks = notices[period.name].marks.get(dossier.unit_id, []) if period.name in notices else []
        for card in period.found:
            if card.name == TRENDS and period.name != last:
                continue
            own = [mark for mark in marks if mark.report == card.name]
            if own:
                why = words.join([_explain(mark, dossier, period.name, words) for mark in own], "sentences")
            elif names & named[period.name, card.name]:
                why = str(card.headline)
            else:
                continue
            title = words("units.treated_in", title=card.title, period=words.date(period.name))
            yield Treated(title if len(periods) > 1 else card.title, f"../{period.name}/{card.href}", why)


def _spell(dossier: Dossier, words: Words) -> set[str]:
    """Return the names by which headlines call a unit."""
    return {words.short(Unit(dossier.name)), dossier.name}


def _explain(mark: Mark, dossier: Dossier, period: str, words: Words) -> str:
    result = next(each for each in dossier.results if each.period == period)
    return words(f"units.treated_{mark.kind}", score=result.score, mark=mark.text)
