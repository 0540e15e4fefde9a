"""A page for each unit that a place's notices score or list: tree/<place>/units/<slug>.html.

What the index says of a place's units and notices, its digest, is kept beside the manifests when the pages are written,
so that the index reads one small file a place.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from audit_lib.analysis.source import count_marks
from audit_lib.documents.model import anchor_of
from audit_lib.files import save_text
from audit_lib.fingerprints import find_digest, read_digest
from audit_lib.notebook.report import name_place
from audit_lib.pages.html_parts import make_slug
from audit_lib.pages.origin import describe_origin, find_root, finish_page
from audit_lib.pages.report_page import link_translations, open_template
from audit_lib.pages.strip_plot import describe_strip, draw_strip
from audit_lib.pages.unit_data import Dossier, Place, describe_unit, open_place, word_rank
from audit_lib.wording.languages import MAIN, find_translations
from audit_lib.wording.number_format import format_number, format_score
from audit_lib.wording.words import Words

LONGEST = 60  # letters of a slug: three bytes each, and a file name ends at 255
DOT_STRIPS = 12  # of a unit in more periods, the latest are drawn


def render_units(tree: Path, jurisdiction: str, data: Path, language: str = MAIN) -> list[Path]:
    """Write the pages of a place's units and its digest; pages of units that are gone go. Gives the pages."""
    words = Words(language, {"place": name_place(data, jurisdiction, language)})
    place = open_place(data, jurisdiction, words)
    slugs = name_pages(place)
    folder = tree / jurisdiction / "units"
    paths = [folder / f"{slug}.html" for slug in slugs.values()]
    template = open_template("unit.html.j2")
    pages = [
        template.render(
            dossier=dossier,
            place=place,
            words=words,
            slugs=slugs,
            opening=describe_unit(dossier, place, words),
            strips=list(_draw_strips(dossier, place, words)),
            translations=link_translations(path, tree, language, lambda other: other.parents[1].is_dir()),
            anchor_of=anchor_of,
            quote=quote,
            word_rank=word_rank,
            format_score=format_score,
            format_number=format_number,
        )
        for dossier, path in zip(place.dossiers, paths, strict=True)
    ]
    root = find_root(tree, language)
    beside = [other for other in find_translations(tree / jurisdiction, tree, language).values() if other.is_dir()]
    for path, html in zip(paths, pages, strict=True):
        save_text(finish_page(html, describe_origin(path, root, beside), words), path)
    for stale in set(folder.glob("*.html")).difference(paths):
        stale.unlink()
    _save_digest(place, slugs, tree)
    return paths


def render_digest(tree: Path, jurisdiction: str, data: Path, language: str = MAIN) -> None:
    """Write the digest of a place as `render_units` does, without the pages."""
    place = open_place(data, jurisdiction, Words(language, {"place": name_place(data, jurisdiction, language)}))
    _save_digest(place, name_pages(place), tree)


def _save_digest(place: Place, slugs: dict[str, str], tree: Path) -> None:
    save_text(json.dumps(_digest(place, slugs), ensure_ascii=False), find_digest(tree, place.jurisdiction))


def name_pages(place: Place) -> dict[str, str]:
    """Give each unit the name of its page; of those with one name the later, by unit_id, get a number."""
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


def load_digest(tree: Path, data: Path, jurisdiction: str, language: str) -> dict[str, Any]:
    """Load what the index says of a place, as of its unit pages; where those were never written, from its tables.

    `units`: name, slug, other names and results (period, score, tier; from the latest) of each, in printed order. A
    unit without a page has no slug. `marks`: for each period the counts of `count_marks`.
    """
    if stored := read_digest(tree, jurisdiction):
        return stored
    return _digest(open_place(data, jurisdiction, Words(language)), {})


def _digest(place: Place, slugs: dict[str, str]) -> dict[str, Any]:
    units = [
        {
            "name": dossier.name,
            "slug": slugs.get(dossier.unit_id),
            "others": [name.printed for name in dossier.names],
            "results": [[each.period, each.score, each.tier] for each in dossier.results],
        }
        for dossier in place.dossiers
    ]
    marks = {
        period: count_marks(scores, place.problems[place.problems["notice_id"] == f"{place.jurisdiction}-{period}"])
        for period, scores in place.scores.groupby("period")
    }
    return {"units": units, "marks": marks}


def _draw_strips(dossier: Dossier, place: Place, words: Words) -> Iterator[dict[str, Any]]:
    """Draw where the unit stands among the scores of each table that scores it."""
    scored = [(each, each.score) for each in dossier.results if each.score is not None]
    for result, score in scored[:DOT_STRIPS]:
        ours = (place.scores["period"] == result.period) & (place.scores["table_no"] == result.table_no)
        scores = place.scores.loc[ours, "score"].dropna().to_list()
        svg = draw_strip(scores, score, describe_strip(scores, score, words.date(result.period), words))
        yield {"result": result, "low": min(scores), "high": max(scores), "svg": svg}
