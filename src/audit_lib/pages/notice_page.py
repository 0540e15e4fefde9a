"""The page of a notice: where it comes from, what the checks found, its raw text."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from markupsafe import Markup

from audit_lib.analysis.source import trace_source
from audit_lib.documents.model import Document, anchor_of
from audit_lib.errors import AuditError
from audit_lib.notebook.place_words import open_words
from audit_lib.notices.words.word_lists import HAN
from audit_lib.pages.cite import read_site
from audit_lib.pages.highlights import KINDS, find_highlights
from audit_lib.pages.notice_facts import read_first
from audit_lib.pages.notice_text import NoticeText, PageProblem
from audit_lib.pages.origin import save_page
from audit_lib.pages.page_templates import link_translations, open_template
from audit_lib.pages.report_summary import list_reports, read_card
from audit_lib.sources import NOTICE, Source, find_sources, list_sources
from audit_lib.tables.build import Reading, read_source
from audit_lib.tables.check_registry import Outcome, name_facts, run_checks
from audit_lib.tables.schemas import SEVERITIES
from audit_lib.wording.form import find_fact, is_full_text
from audit_lib.wording.languages import find_translations
from audit_lib.wording.words import Words


def render_missing_notices(folder: Path, data: Path, language: str) -> None:
    """Render the notices of a place that have no page yet: the pages of trends and of units lead to all of them."""
    for source in find_sources(data, folder.name):
        page = folder / source.period / NOTICE
        if page.is_file():
            continue
        with suppress(AuditError):  # an unreadable file is reported where its tables are built
            render_notice(source, page, open_words(data, source.jurisdiction, source.period, language), data)


def find_source(data: Path, folder: Path) -> Source | None:
    """Find the raw file behind reports/<jurisdiction>/<period>; None where it is no longer there."""
    jurisdiction, period = folder.parts[-2:]
    return next((each for each in list_sources(data, jurisdiction) if each.period == period), None)


def render_notice(source: Source, page_path: Path, words: Words, data: Path) -> None:
    """Render the page of a notice, beside the reports on it. Raises AuditError for a raw file that cannot be read."""
    notice = frame_notice(read_source(data, source, language=words.language), words)
    tree = page_path.parents[2]
    html = open_template("notice.html.j2").render(
        notice=notice | {"lang": name_language(notice["title"], words)},
        period=source.period,
        cards=[read_card(path) for path in list_reports(page_path.parent)],
        words=words,
        site=read_site(data),
        translations=link_translations(page_path, tree, words.language, lambda other: bool(list_reports(other.parent))),
    )
    pages = [page_path, *find_translations(page_path, tree, words.language).values()]
    beside = [report for page in pages for report in list_reports(page.parent)]
    save_page(html, page_path, tree, beside, words)


def frame_notice(reading: Reading, words: Words) -> dict[str, Any]:
    """Gather what the page of a notice shows. `text` is the raw text as HTML; what is in it is escaped."""
    document = reading.notice.document
    outcomes = run_checks(reading.evidence)
    problems = list_problems(outcomes, document, words)
    highlights = find_highlights(reading.notice)
    traced = trace_source(reading.notice, reading.record).dropna()
    source = {str(name): words.name(value) for name, value in traced.items()}
    return {
        "title": source.pop("title", document.path.name),
        "source": {name: (value, name_language(value, words)) for name, value in source.items()},
        "problems": problems,
        "n_silent": sum(outcome.applies and not outcome.findings for outcome in outcomes),
        "n_asked": sum(outcome.applies for outcome in outcomes),
        "text": Markup("\n").join(NoticeText(reading, highlights, problems, words).draw(document.blocks)),
        "is_full": is_full_text(reading.record),
        "box": read_first(reading.record, words),
        "note": find_fact(reading.record, "note") if words.language == "en" else "",
        "kinds": [kind for kind in KINDS if kind in highlights.kinds],
    }


def list_problems(outcomes: Iterable[Outcome], document: Document, words: Words) -> list[PageProblem]:
    """List what the checks found, the gravest first."""
    printed = {line.place for line in document.lines}
    found = [(outcome.check, finding) for outcome in outcomes for finding in outcome.findings]
    found.sort(key=lambda each: SEVERITIES.index(each[0].severity))
    return [
        PageProblem(
            number,
            check.severity,
            words(f"checks.{check.name}.message", **name_facts(finding.facts)),
            words(f"checks.{check.name}.treatment"),
            words.place(finding.place) if finding.place else None,
            anchor_of(finding.place) if finding.place in printed else None,
        )
        for number, (check, finding) in enumerate(found, start=1)
    ]


def name_language(text: str, words: Words) -> str:
    """Name the language of a text for a browser: Chinese where it has Chinese letters, else that of the page."""
    return "zh" if HAN.search(text) else words("page.lang")
