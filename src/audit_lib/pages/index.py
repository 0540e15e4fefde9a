"""The index, a card for each place with its finding, and its search; and the status page, which lists every report.

Each is one file that works without a server. They rest on the reports, on their logs where they failed, on
jurisdictions.csv and on the digest of each place (`place_page.load_digest`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit_lib.pages.cite import read_site
from audit_lib.pages.origin import save_page
from audit_lib.pages.page_templates import link_translations, open_template, read_script, write_json
from audit_lib.pages.place_page import draw_scene, load_digest
from audit_lib.pages.place_reports import COVER, KnownCards, Lead, Period, choose_lead, read_periods
from audit_lib.tables.storage import load_or_empty
from audit_lib.wording.languages import LANGUAGES, MAIN, find_root, find_translations
from audit_lib.wording.words import Words


@dataclass(frozen=True)
class Place:
    """A place of the index: its periods from the latest, its finding, and its digest.

    `names` are all its names, the one that is shown first; `printed` is the Chinese one.
    """

    jurisdiction: str
    name: str
    printed: str
    names: tuple[str, ...]
    periods: tuple[Period, ...]
    lead: Lead | None
    digest: dict[str, Any]

    @property
    def n_reports(self) -> int:
        return sum(len(period.found) for period in self.periods)

    @property
    def n_latest(self) -> int:
        return len(self.periods[0].found)

    @property
    def drawing(self) -> str:
        """The strip of all units, else the first figure of the leading report."""
        return self.digest["card"].get("drawing") or (draw_scene(self.lead.card) if self.lead else "")


def render_index(tree: Path, data: Path, language: str = MAIN) -> None:
    """Write the index of a language's reports, tree/index.html, and the status page, tree/status.html."""
    known = KnownCards(tree)
    places = sorted(
        _gather_places(tree, data, language, known),
        key=lambda place: (-place.n_latest, -place.digest["card"].get("n_units", 0), place.name),
    )
    known.save()
    words = Words(language)
    search = write_json(describe_search(places))
    scripts = [read_script("search.js")] if places else []
    site = read_site(data)
    covers = [(place.jurisdiction, each.name, COVER) for place in places for each in place.periods if each.has_cover()]
    image = site.locate(language, *covers[0]) if covers else ""
    shared = {"places": places, "words": words, "site": site, "image": image}
    _write(tree / "index.html", "reports.html.j2", tree, shared | {"search": search, "scripts": scripts})
    periods = [period for place in places for period in place.periods]
    names = sorted({card.name for period in periods for card in period.cards if card.state != "silent"})
    _write(tree / "status.html", "status.html.j2", tree, shared | {"notebooks": names})


def _write(page: Path, template: str, tree: Path, facts: dict[str, Any]) -> None:
    words: Words = facts["words"]
    translations = link_translations(page, tree, words.language, lambda other: other.parent.is_dir())
    html = open_template(template).render(translations=translations, **facts)
    root = find_root(tree, words.language)
    folders = [other.parent for other in find_translations(page, tree, words.language).values()]
    beside = [folder for folder in folders if folder != root and folder.is_dir()]
    save_page(html, page, tree, beside, words)


def _gather_places(tree: Path, data: Path, language: str, known: KnownCards) -> Iterator[Place]:
    named = _load_names(data)
    for folder in sorted(path for path in tree.glob("[!.]*/") if path.name not in LANGUAGES):
        if periods := read_periods(folder, known):
            digest = load_digest(tree, data, folder.name, language)
            names = named.get(folder.name, {})
            shown = names.get(f"name_{language}", folder.name.capitalize())
            every = tuple(dict.fromkeys([shown, folder.name, *names.values()]))
            yield Place(
                folder.name, shown, names.get("name_zh", shown), every, tuple(periods), choose_lead(periods), digest
            )


def _load_names(data: Path) -> dict[str, dict[str, str]]:
    """Load the names of all places: by place, then by column (name_en)."""
    known = load_or_empty(data / "reference" / "jurisdictions.csv", "jurisdictions").set_index("jurisdiction")
    names: dict[str, dict[str, str]] = known.filter(regex="^name_").to_dict("index")
    return names


def describe_search(places: list[Place]) -> list[dict[str, Any]]:
    """Describe the units that the search finds, as small as it goes.

    For each place: `id`, its `names`, and `units`. A unit is [name, slug (0 where it is the name, null without a page),
    English name, pinyin, initials, other names, latest result in words].
    """
    return [
        {
            "id": place.jurisdiction,
            "names": place.names,
            "units": [
                [
                    *(unit["name"], 0 if unit["slug"] == unit["name"] else unit["slug"], unit["english"]),
                    *(unit["pinyin"], unit["initials"], unit["others"], unit["says"]),
                ]
                for unit in place.digest["units"]
            ],
        }
        for place in places
    ]
