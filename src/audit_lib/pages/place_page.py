"""The page of a place, tree/<place>/index.html: what was inspected, the finding, every unit, the reports.

What the index says of a place, its digest, is kept beside the manifests when the pages are written, so that the index
reads one small file a place.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from audit_lib.analysis.extent import describe_lack
from audit_lib.analysis.source import count_marks
from audit_lib.analysis.trend_words import name_subjects
from audit_lib.analysis.trends import compare
from audit_lib.display.scene import read_scene
from audit_lib.figures.axes import Axis, choose_axis
from audit_lib.figures.change import CARD, draw_change
from audit_lib.figures.units import colour_units
from audit_lib.figures.year import draw_ratings
from audit_lib.files import save_text
from audit_lib.fingerprints import find_digest, read_digest
from audit_lib.notebook.place_words import load_unit_names, name_measure, name_place
from audit_lib.pages.cite import Site, read_site
from audit_lib.pages.dot_table import FOLDED, SHOWN, build_table
from audit_lib.pages.html_parts import link_csv, spell_unit, suggest_search
from audit_lib.pages.notice_facts import (
    Fact,
    describe_dates,
    describe_inspector,
    describe_subject,
    describe_units,
    list_badges,
    read_first,
    say_units,
)
from audit_lib.pages.origin import save_page
from audit_lib.pages.page_templates import link_translations, open_template, read_script
from audit_lib.pages.place_reports import COVER, TRENDS, Lead, Period, choose_lead, read_periods
from audit_lib.pages.report_summary import Card
from audit_lib.pages.strip_plot import Spot, draw_strip
from audit_lib.pages.unit_data import Dossier, Place, open_place
from audit_lib.pages.unit_marks import find_exceptions
from audit_lib.pages.unit_page import describe_subjects, list_beside, name_pages, render_units
from audit_lib.sources import find_sources
from audit_lib.tables.history import first_rows, load_history
from audit_lib.tables.measures import read_measure
from audit_lib.tables.storage import format_table
from audit_lib.wording.form import find_fact
from audit_lib.wording.languages import MAIN
from audit_lib.wording.number_format import format_score
from audit_lib.wording.pinyin import find_initials, spell_in_pinyin
from audit_lib.wording.words import Tier, Words, join

UNREAD = ("unread_cells", "balance")  # checks whose rows are parts of a notice that were not read


def render_place(tree: Path, jurisdiction: str, data: Path, language: str = MAIN) -> list[Path]:
    """Write the page of a place, the pages of its units, and its digest. Returns the pages; none without tables."""
    words = open_place_words(data, jurisdiction, language)
    place = open_place(data, jurisdiction, language)
    periods = read_periods(tree / jurisdiction)
    site = read_site(data)
    pages = render_units(place, periods, tree, words, site, data)
    _save_digest(place, words, tree, data)
    if not place.periods:
        return pages
    page = tree / jurisdiction / "index.html"
    html = _render(place, periods, page, tree, replace(words, introduced=set()), site)
    save_page(html, page, tree, list_beside(tree, jurisdiction, language), words)
    return [page, *pages]


def render_digest(tree: Path, jurisdiction: str, data: Path, language: str = MAIN) -> None:
    """Write the digest of a place as `render_place` does, without the pages."""
    _save_digest(open_place(data, jurisdiction, language), open_place_words(data, jurisdiction, language), tree, data)


def _save_digest(place: Place, words: Words, tree: Path, data: Path) -> None:
    digest = _digest(place, words, name_pages(place), data)
    save_text(json.dumps(digest, ensure_ascii=False), find_digest(tree, place.jurisdiction))


def open_place_words(data: Path, jurisdiction: str, language: str) -> Words:
    """Return the words for sentences on a place over all its periods."""
    facts = {"place": name_place(data, jurisdiction, language), "printed_place": name_place(data, jurisdiction, "zh")}
    return Words(language, facts, unit_names=load_unit_names(data, jurisdiction))


def _render(place: Place, periods: Sequence[Period], page: Path, tree: Path, words: Words, site: Site) -> str:
    latest = place.periods[0]
    record = place.find_record(latest)
    words = name_measure(words, record)
    scores = place.scores[place.scores["period"] == latest]
    mentions = place.mentions[place.mentions["period"] == latest]
    lead = choose_lead(list(periods))
    shown, *earlier = (
        next((period for period in periods if period.name == name), Period(name, (), {})) for name in place.periods
    )
    table = build_table(scores, mentions, words, is_lower_better=read_measure(record).is_lower_better)
    return open_template("place.html.j2").render(
        place=place,
        words=words,
        site=site,
        image=site.locate(words.language, place.jurisdiction, latest, COVER) if shown.has_cover() else "",
        latest=latest,
        subject=describe_subject(record, words),
        lead=lead,
        where=words("place.gloss") if words.facts["place"] != words.facts["printed_place"] else words.facts["place"],
        facts=list_facts(place, words),
        lack=describe_lack(scores, read_measure(record)),
        url=find_fact(record, "url"),
        document=find_fact(record, "document_number"),
        read_first=read_first(record, words),
        table=table,
        units=say_units(scores),
        keys=spell_units(place, words),
        hint=suggest_search(table.rows[0].name, words) if table.rows else "",
        slugs=name_pages(place),
        cards=list(_draw_cards(lead, shown)),
        alone=shown.silent.get(TRENDS, ""),
        earlier=earlier,
        subjects={period: describe_subject(place.find_record(period), words) for period in place.periods[1:]},
        csv=link_csv(format_table(place.printed, "scores", place.jurisdiction)),
        folded=FOLDED,
        shown=SHOWN,
        scripts=[] if table.is_short else [read_script("filter.js")],
        translations=link_translations(page, tree, words.language, lambda other: other.parent.is_dir()),
    )


def list_facts(place: Place, words: Words) -> list[Fact]:
    """List what is known of the latest notice: who inspected, when, how many units; what is not recorded has no row.

    Of earlier lists it says which are parts of longer ones.
    """
    latest, *earlier = place.periods
    record, scores = place.find_record(latest), place.scores[place.scores["period"] == latest]
    extents = {period: place.describe_extent(period) for period in earlier}
    others = {period: text for period, text in extents.items() if text and text != place.describe_extent(latest)}
    parts = [words("place.extent_of", period=words.date(period), extent=text) for period, text in others.items()]
    facts = {
        "inspector": describe_inspector(record, words),
        "dates": describe_dates(record, words),
        "units": words.join(
            [describe_units(scores, words), words.word(place.describe_extent(latest)), *parts], "clauses"
        ),
        "method": find_fact(record, "method_note") or "",
    }
    return [Fact(words(f"place.fact_{name}"), text) for name, text in facts.items() if text]


def _draw_cards(lead: Lead | None, shown: Period) -> Iterator[tuple[str, Card, str]]:
    """Yield the period and card of each report that found something, the leading one first, and its drawing if new."""
    scenes = {""}
    cards = [(lead.period, lead.card)] if lead else []
    for period, card in [*cards, *((shown.name, card) for card in shown.found if not lead or card != lead.card)]:
        yield period, card, "" if card.scene in scenes else draw_scene(card)
        scenes.add(card.scene)


def draw_scene(card: Card) -> str:
    """Draw the first figure of a report for a narrow place; empty where it has none."""
    return read_scene(card.scene).to_svg("thumbnail", card.title) if card.scene else ""


def spell_units(place: Place, words: Words) -> dict[str, str]:
    """Return what each unit is found by, its other names among it, by unit_id."""
    return {
        each.unit_id: " ".join([*spell_unit(each.name, words), *(name.printed for name in each.names)]).lower()
        for each in place.dossiers
    }


def load_digest(tree: Path, data: Path, jurisdiction: str, language: str) -> dict[str, Any]:
    """Load what the index says of a place, as of its pages; where those were never written, from its tables.

    `units`: of each, in printed order, its name, slug (None without a page), English name, pinyin, initials, other
    names, and its latest result in words. `marks`: for each period the counts of `count_marks`. `card`: see
    `_describe_card`.
    """
    if stored := read_digest(tree, jurisdiction):
        return stored
    return _digest(open_place(data, jurisdiction, language), open_place_words(data, jurisdiction, language), {}, data)


def _digest(place: Place, words: Words, slugs: dict[str, str], data: Path) -> dict[str, Any]:
    units = [
        {
            "name": dossier.name,
            "slug": slugs.get(dossier.unit_id),
            "english": words.unit_names.get(dossier.name, ""),
            "pinyin": spell_in_pinyin(dossier.name).lower(),
            "initials": find_initials(dossier.name),
            "others": [name.printed for name in dossier.names],
            "says": _say_latest(dossier, place, words),
        }
        for dossier in place.dossiers
    ]
    marks = {
        period: count_marks(scores, place.problems[place.problems["notice_id"] == f"{place.jurisdiction}-{period}"])
        for period, scores in place.scores.groupby("period")
    }
    return {"units": units, "marks": marks, "card": _describe_card(place, words, data) if place.periods else {}}


def _say_latest(dossier: Dossier, place: Place, words: Words) -> str:
    """Return the last result of a unit in words, for the results of a search."""
    result = dossier.results[0]
    words = name_measure(words, place.find_record(result.period))
    score = "" if result.score is None else words("units.points", score=result.score)
    tier = words.short(Tier(result.tier)) if result.tier else ""
    return words.join([words.date(result.period), score, tier], "parts")


def _describe_card(place: Place, words: Words, data: Path) -> dict[str, Any]:
    """Describe the latest notice of a place for its card on the index."""
    latest = place.periods[0]
    record = place.find_record(latest)
    scores = place.scores[place.scores["period"] == latest]
    subjects = name_subjects(describe_subjects(place, words))
    extent = place.describe_extent(latest)
    problems = place.problems[place.problems["notice_id"] == f"{place.jurisdiction}-{latest}"]
    n_unread = int(problems["check"].isin(UNREAD).sum())
    dates = describe_dates(record, words) if len(place.periods) == 1 else ""
    key = "units" if len(place.periods) == 1 else "units_of_last"
    return {
        "subject": words.word(join(subjects, "clauses")) if len(subjects) > 1 else describe_subject(record, words),
        "inspector": describe_inspector(record, words),
        "dates": dates or words.joiner.join(map(words.date, place.periods[::-1])),
        "units": words.join(
            [words(f"place.{key}", n=scores["unit_id"].nunique(), units=say_units(scores)), words.word(extent)],
            "clauses",
        ),
        "badges": list(list_badges(scores, record, n_unread, words)),
        "drawing": _draw_periods(place, words, data)
        or draw_all(scores, name_measure(words, record), is_lower_better=read_measure(record).is_lower_better),
        "n_units": len(place.dossiers),
        "noun": words.word(place.noun),
    }


def _draw_periods(place: Place, words: Words, data: Path) -> str:
    """Draw what changed between the periods of a place; empty where no two can be compared."""
    (source,) = find_sources(data, place.jurisdiction, place.periods[0])
    trends = compare(load_history(data, source, place.printed), 1)
    if (pair := trends.main) is None:
        return ""
    drawn = draw_change(pair, trends.panel.units_of[pair.gate.after], words)
    return drawn.to_svg("thumbnail", words("index.change", **pair.gate.word_periods()))


def draw_all(scores: pd.DataFrame, words: Words, *, is_lower_better: bool) -> str:
    """Draw all units of a notice, a strip for each table, exceptions outlined; by rating where it has no scores."""
    units = first_rows(scores)
    if units["score"].isna().all():
        caption = words("place.caption", date=words.date(units["period"].iloc[0]))
        return draw_ratings(units, CARD, words).to_svg("thumbnail", caption) if units["tier"].notna().any() else ""
    units = units.dropna(subset=["score"])
    exceptions = find_exceptions(scores, is_lower_better=is_lower_better)
    units = units.assign(colour=colour_units(units), is_outlined=units["unit_id"].isin(exceptions))
    strips = [_draw_table(table, choose_axis(units["score"]), words) for _, table in units.groupby("table_no")]
    return "".join(strips)


def _draw_table(units: pd.DataFrame, axis: Axis, words: Words) -> str:
    units = units.sort_values(["score", "tier_order"], kind="stable")
    spots = [Spot(row.score, row.colour, row.is_outlined) for row in units.itertuples()]
    low, high = (format_score(value) for value in (units["score"].min(), units["score"].max()))
    return draw_strip(spots, axis, words("place.drawing", n=len(units), low=low, high=high))
