"""The page of a notice: where it comes from, what the checks found, its raw text."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from markupsafe import Markup

from audit_lib.analysis.source import name_facts, trace_source
from audit_lib.documents.model import Document, anchor_of
from audit_lib.notices.columns import HAN
from audit_lib.pages.highlights import KINDS, find_highlights
from audit_lib.pages.notice_facts import read_first
from audit_lib.pages.notice_text import Drawing, Problem
from audit_lib.tables.build import Reading
from audit_lib.tables.check_registry import Outcome, run_checks
from audit_lib.tables.schemas import SEVERITIES
from audit_lib.wording.form import is_full_text
from audit_lib.wording.words import Words


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
        "text": Markup("\n").join(Drawing(reading, highlights, problems, words).draw(document.blocks)),
        "is_full": is_full_text(reading.record),
        "box": read_first(reading.record, words),
        "note": _find_note(reading.record, words),
        "kinds": [kind for kind in KINDS if kind in highlights.kinds],
    }


def _find_note(record: pd.Series | None, words: Words) -> str:
    """Return how our copy was made, as notices.csv says in English; nothing in another language."""
    note = None if record is None else record.get("note")
    return note if isinstance(note, str) and words("page.lang") == "en" else ""


def list_problems(outcomes: Iterable[Outcome], document: Document, words: Words) -> list[Problem]:
    """List what the checks found, the gravest first."""
    printed = {line.place for line in document.lines}
    found = [(outcome.check, finding) for outcome in outcomes for finding in outcome.findings]
    found.sort(key=lambda each: SEVERITIES.index(each[0].severity))
    return [
        Problem(
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
