"""What a notebook opens: checked parameters, the tables of its place and period, the notice behind them, the words."""

import html
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from audit_lib.analysis.data_quality import summarise_quality
from audit_lib.analysis.trend_tables import Shades
from audit_lib.analysis.trend_words import name_subjects
from audit_lib.display.charts import Chart, Drawing
from audit_lib.display.findings import Bullets, Finding, show_box, show_bullets, show_finding, show_headline, show_note
from audit_lib.display.links import Citations, cite_periods, cite_reading, cite_scores
from audit_lib.display.tables import Table, show
from audit_lib.errors import unusable
from audit_lib.files import find_data
from audit_lib.notebook.cells import forget_on_error
from audit_lib.notebook.parameters import Parameters
from audit_lib.notebook.place_words import open_words
from audit_lib.notices.notice import Header, Notice
from audit_lib.sources import NOTICE, find_sources
from audit_lib.tables.build import PROCESSED, Reading, read_source
from audit_lib.tables.check_registry import Outcome, run_checks
from audit_lib.tables.history import History, first_rows, load_history
from audit_lib.tables.quotes import verify_quotes
from audit_lib.tables.scan_doubts import find_scan_lines
from audit_lib.tables.storage import format_table, load_known, load_table
from audit_lib.wording.form import describe_form, find_fact
from audit_lib.wording.words import Text, Words, join, say, say_date

MOST_SOURCES = 8  # notices that a source line names one by one


@dataclass(frozen=True)
class Report:
    """One report's material. Shown in a cell, it prints what a reader should know first: its quality.

    `scores` has one row per unit: of a unit in several tables, or twice in one, the first as printed, so that no number
    counts it twice. `score_rows` has every row; they are shown with the report as CSV, as in data/processed: a report
    carries the data that it rests on.
    """

    parameters: Parameters
    words: Words
    scores: pd.DataFrame
    score_rows: pd.DataFrame
    mentions: pd.DataFrame
    problems: pd.DataFrame
    claims: pd.DataFrame
    rules: pd.DataFrame
    web_columns: pd.DataFrame
    examples: pd.DataFrame
    reading: Reading
    data: Path

    @cached_property
    def history(self) -> History:
        """All periods of the place up to this one. Read when first asked for: only trends rest on it."""
        source = self.reading.source
        scores = load_table(_find_table(self.data, source.jurisdiction, "scores"), "scores")
        return load_history(self.data, source, scores, self.words.language)

    def over_periods(self) -> "Report":
        """Return this report for what rests on all periods up to this one.

        Its words name the publishers and subjects of all the notices, and cite those of the last two periods.
        """
        facts = {**self.words.facts, "source": self.words.word(self._name_sources())}
        subjects = name_subjects({period: self.history.measure_of(period).subject for period in self.history.periods})
        if len(subjects) > 1:
            facts["subject"] = self.words.word(join(subjects, "values.joiner"))
        citations = cite_periods(self._cite_before(), self.words.citations)
        return replace(self, words=replace(self.words, facts=facts, citations=citations))

    def _name_sources(self) -> Text | None:
        """Name each publisher with its periods; many notices are counted."""
        periods = self.history.periods
        if len(periods) > MOST_SOURCES:
            return say("labels.sources_many", n=len(periods), first=say_date(periods[0]), last=say_date(periods[-1]))
        named: dict[str, list[Any]] = {}
        for period in periods:
            named.setdefault(self.history.record_of(period, "publisher") or period, []).append(say_date(period))
        sources = [say("labels.publisher", publisher=name, periods=dates) for name, dates in named.items()]
        return join(sources, "values.joiner")

    def _cite_before(self) -> Citations:
        """Cite the scores and tiers of the period before the last."""
        scores, periods = self.history.scores, self.history.periods
        before = periods[-2] if len(periods) > 1 else ""
        return cite_scores(scores[scores["period"] == before], f"../{before}/{NOTICE}")

    @property
    def notice(self) -> Notice:
        """The notice as printed: its tables, lists and sentences, each with its place."""
        return self.reading.notice

    @property
    def record(self) -> pd.Series | None:
        """What notices.csv records of the notice; None where it has no row."""
        return self.reading.record

    @property
    def header(self) -> Header:
        """What the notice states about itself: title, number, dates, units, period."""
        return self.notice.header

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What each check found, with the cuts of this report."""
        return run_checks(self.reading.evidence)

    @cached_property
    def summary(self) -> tuple[tuple[Text, Text], ...]:
        """The units found and left out, the tiers and the checks, each with a label."""
        stated, cuts = self.reading.notice.header.units_stated, (self.parameters.top_cut, self.parameters.low_cut)
        return tuple(summarise_quality(self.scores, stated, self.outcomes, cuts))

    def headline(self, text: Text) -> Finding:
        """Show the finding of this report."""
        return show_headline(text, self.words)

    def bullets(self, *texts: Text | None) -> Bullets | None:
        """Show two or three messages under the headline; None is left out."""
        return show_bullets(texts, self.words)

    def reading_note(self, *, groups_are_ours: bool = False, also: Text | None = None) -> Finding | None:
        """Show what a reader must know before quoting: which parts are our summary; None where nothing is.

        `groups_are_ours` adds that the notice does not print the groups that this report compares, `also` what limits
        the comparison.
        """
        parts = [also, describe_form(self.record), say("reading.groups") if groups_are_ours else None]
        if (text := join(parts, "sentences")) is None:
            return None
        return show_box(say("reading.first", text=text), self.words, self.words("reading.how"), f"{NOTICE}#copy")

    def finding(self, text: Text | None) -> Finding | None:
        """Show a finding of a section, as a note if it only says why there is none. None shows nothing."""
        return show_finding(text, self.words)

    def note(self, text: Text | None) -> Finding | None:
        """Show a text that limits a finding; None shows nothing."""
        return None if text is None else show_note(text, self.words)

    def show(
        self, table: pd.DataFrame | pd.Series, key: str, title: Text | None = None, shades: Shades | None = None
    ) -> Table | None:
        """Show a table with the caption `captions.<key>`, under a finding if any; an empty one is not shown."""
        return show(table, key, self.words, title, shades)

    def chart(self, drawing: Drawing) -> Chart | Finding | None:
        """Draw a chart in the language of this report."""
        return drawing.draw(self.words)

    def quality(self) -> Iterator[tuple[str, str]]:
        """Yield how far the numbers can be trusted: units found and left out, tiers, checks, each with its words."""
        for label, found in self.summary:
            yield self.words.word(label), self.words.word(found)
        for pictures in (each for each in self.outcomes if each.check.name == "pictures"):
            for finding in pictures.findings:
                yield self.words("quality.pictures"), self.words("checks.pictures.message", **finding.facts)
        if repeated := self.score_rows.loc[self.score_rows["unit_id"].duplicated(), "unit_id"].nunique():
            yield self.words("quality.repeated"), self.words("quality.first_counts", n=repeated)

    def __repr__(self) -> str:
        return "\n".join(self.words("labels.setting", name=name, value=value) for name, value in self.quality())

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row">{html.escape(name)}</th><td>{html.escape(value)}</td></tr>'
            for name, value in self.quality()
        )
        caption = html.escape(self.words("labels.quality"))
        return f'<table class="quality"><caption>{caption}</caption><tbody>{rows}</tbody></table>'

    @cached_property
    def csv(self) -> str:
        """The scores as CSV, as in data/processed."""
        return format_table(self.score_rows, "scores", self.reading.source.notice_id)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/csv": self.csv}


@forget_on_error
def open_report(
    jurisdiction: str,
    period: str | int,
    language: str = Parameters.language,
    group_column: str = Parameters.group_column,
    top_cut: float = Parameters.top_cut,
    low_cut: float = Parameters.low_cut,
    min_n: int = Parameters.min_n,
    *,
    data: Path | str | None = None,
) -> Report:
    """Open the tables, the notice and the wording of one report. See `Parameters` for what each setting may be.

    `data` is the data folder; without it the one that the environment variable AUDIT_DATA names, else the project's.
    Raises AuditError for an unusable setting, and for a notice that data/raw does not have or that was not built; in
    a notebook, the names that the failing cell would have bound are then deleted.
    """
    parameters = Parameters(jurisdiction, period, language, group_column, top_cut, low_cut, min_n)  # type: ignore[arg-type]  # a year may be a number
    data = find_data(data)
    opened = _opened.get((parameters, data))
    return _open(parameters, data) if opened is None else pickle.loads(opened)


# What `prepare_report` opened, pickled: whoever opens it has a report of their own.
_opened: dict[tuple[Parameters, Path], bytes] = {}


def prepare_report(parameters: Parameters, data: Path, opened: bytes | None = None) -> bytes:
    """Open a report for the cell of this process that will, unless another process has `opened` it; returns it pickled.

    What every notebook shows of it is worked out too. Raises as `open_report` does.
    """
    if opened is None:
        report = _open(parameters, data)
        report.summary, report.csv  # noqa: B018  # kept with it, and the outcomes
        opened = pickle.dumps(report)
    _opened[parameters, data] = opened
    return opened


def _open(parameters: Parameters, data: Path) -> Report:
    jurisdiction, period = parameters.jurisdiction, parameters.period
    source = find_sources(data, jurisdiction, period)[0]
    reading = read_source(data, source, (parameters.top_cut, parameters.low_cut), parameters.language)
    tables = {name: load_table(_find_table(data, jurisdiction, name), name) for name in PROCESSED}
    ours = {
        name: table[table["notice_id"] == source.notice_id].reset_index(drop=True) for name, table in tables.items()
    }
    if ours["scores"].empty:
        found, expected = f"no rows of {source.notice_id}", f"its tables: audit-lib build {jurisdiction}"
        raise unusable(_find_table(data, jurisdiction, "scores"), found, expected)
    words = open_words(data, jurisdiction, period, parameters.language)
    words = replace(words, facts={**words.facts, "source": _name_source(reading, words)})
    known = _load_known(data, reading)
    words = replace(words, citations=cite_reading(reading, **ours, **known), introduced=set())
    rows = ours.pop("scores")
    return Report(parameters, words, first_rows(rows), rows, **ours, **known, reading=reading, data=data)


def _find_table(data: Path, jurisdiction: str, name: str) -> Path:
    return data / "processed" / jurisdiction / f"{name}.csv"


def _load_known(data: Path, reading: Reading) -> dict[str, pd.DataFrame]:
    """Load what was recorded by hand of this notice's words, each quote compared with the raw file."""
    reference, source = data / "reference", reading.source
    place = reference / source.jurisdiction
    names = ("claims", "web_columns", "examples")
    known = {name: load_known(place / f"{name}.csv", name, source.notice_id) for name in names}
    known["rules"] = load_known(reference / "update_rules.csv", "update_rules", source.notice_id)
    return {name: verify_quotes(table, reading.notice.document) for name, table in known.items()}


def _name_source(reading: Reading, words: Words) -> str:
    """Name the notice as a source line does: who issued it, its number or title, its date."""
    header, publisher = reading.notice.header, find_fact(reading.record, "publisher")
    named = [publisher, header.document_number or header.title, header.issued_on and words.name(header.issued_on)]
    named += [words("quality.pictures")] if find_scan_lines(reading.notice.document) else []
    return words.join((part or "" for part in named), "parts") or reading.source.notice_id
