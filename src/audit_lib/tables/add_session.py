"""One call of `audit-lib add`: print what was read and what does not agree, suggest aliases, accept them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from audit_lib.errors import AuditError
from audit_lib.sources import Source
from audit_lib.tables.add import Added, add_files
from audit_lib.tables.aliases import Suggestion, accept_suggestions
from audit_lib.tables.schemas import SEVERITIES
from audit_lib.tables.units import Unit

LEADS = {"publisher": "", "document_number": "", "issued_on": "signed ", "published_on": "published "}
MOST_SHOWN = 10  # problems, new units, suggestions: the rest would push what matters off the screen


def print_added(added: Added) -> Iterator[str]:
    """Yield what was read and what does not agree, in one screen: each fact with its place."""
    reading = added.reading
    source = reading.source
    done = f"added: {_join(added.written)} written" if added.written else "already there, nothing changed"
    yield f"{source.notice_id} {done} · {shorten(source.path)}"
    yield from _print_record(reading.record)
    yield from _print_measure(added)
    if added.overlaps:
        yield f"overlaps   shares days with {', '.join(added.overlaps)}"
    for table in reading.notice.tables:
        scores = [row.score for row in table.rows if row.score is not None]
        spread = f"{len(scores)} scores {min(scores):g}–{max(scores):g}" if scores else "no score"
        span = " to ".join(dict.fromkeys((table.rows[0].place, table.rows[-1].place)))
        yield f"table {table.table_no:<4} {len(table.rows)} rows, {spread} · {span}"
    for tier in reading.notice.tiers:
        label = f", {tier.label}" if tier.label else ""
        yield f"tier       {tier.tier}{label}: {_count_units(tier.units)} · {tier.place}"
    yield from _print_units(added)
    yield from _print_problems(added)


def _join(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def shorten(path: Path) -> Path:
    """Return a path as the user would type it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _print_record(record: pd.Series | None) -> Iterator[str]:
    facts = {} if record is None else record.dropna().to_dict()
    yield f"title      {facts.get('title', 'none found')}"
    words = [f"{word}{facts[name]}" for name, word in LEADS.items() if name in facts]
    yield f"record     {' · '.join(words) or 'nothing more found'}"


def _print_measure(added: Added) -> Iterator[str]:
    """Yield what the scores measure, each fact with its evidence; what differs from an option given now."""
    facts, evidence = added.proposal.facts, added.proposal.evidence
    words = [f"{name} {_word_fact(facts[name])} ({why})" for name, why in evidence.items() if name != "scale_min"]
    if words:
        yield f"measures   {' · '.join(words)}"
    if added.kept:
        yield f"kept       {', '.join(added.kept)} as recorded; to change it, edit notices.csv"


def _word_fact(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _print_units(added: Added) -> Iterator[str]:
    n, new, absent = len(added.printed), added.new, added.absent
    if not added.known:
        yield f"units      {n}, all new: there is no other notice of the place, and it has no units.csv"
        return
    yield f"units      {n}: {n - len(new)} known, {len(new)} new{_list_names(each.unit for each in new)}"
    if absent:
        known = "1 known unit is" if len(absent) == 1 else f"{len(absent)} known units are"
        yield f"           {known} not named{_list_names(each.unit for each in absent)}"


def _count_units(units: Sequence[object]) -> str:
    return "1 unit" if len(units) == 1 else f"{len(units)} units"


def _list_names(units: Iterable[Unit]) -> str:
    names = [unit.name for unit in units]
    more = " …" if len(names) > MOST_SHOWN else ""
    return f": {'、'.join(names[:MOST_SHOWN])}{more}" if names else ""


def _print_problems(added: Added) -> Iterator[str]:
    source = added.reading.source
    problems = added.reading.problems
    yield f"problems   {_count_problems(added)}"
    gravest = problems.sort_values("severity", key=lambda column: column.map(SEVERITIES.index), kind="stable")
    row: Any
    for row in gravest.fillna({"place": "notice"}).head(MOST_SHOWN).itertuples():
        yield f"  {row.place}: {row.severity} {row.check}: {row.message}"
    if len(problems) > MOST_SHOWN:
        more = f"{len(problems) - MOST_SHOWN} more: audit-lib check"
        yield f"  … {more} {source.jurisdiction} {source.period}"


def _count_problems(added: Added) -> str:
    counts = Counter(added.reading.problems["severity"])
    return ", ".join(f"{counts[name]} {name}{'s' * (counts[name] != 1)}" for name in SEVERITIES)


def print_line(added: Added) -> str:
    """Return one notice of several in a line: what was read, what is new, what does not agree."""
    source = added.reading.source
    done = "added" if added.written else "already there"
    scores = added.reading.scores["score"].dropna()
    spread = f", {len(scores)} scores {scores.min():g}–{scores.max():g}" if len(scores) else ", no score"
    new = f", {len(added.new)} new" if added.known else ""
    overlaps = f" · shares days with {', '.join(added.overlaps)}" if added.overlaps else ""
    units = f"{_count_units(added.printed)}{new}{spread}"
    return f"{source.notice_id} {done} · {units} · {_count_problems(added)}{overlaps}"


def word_suggestion(each: Suggestion) -> str:
    """Return a line with a new name and the known unit that it may be."""
    names = "、".join(f"{name} ({place})" for name, place in each.new.names.items())
    return f"alias?     {names} may be {each.known.unit.name} ({each.known.where}): {each.measured}"


@dataclass
class Session:
    """One call of `audit-lib add`: what to print, what was added, what was refused, which aliases are suggested."""

    data: Path
    files: Sequence[Path]
    jurisdiction: str
    period: str | None
    given: Mapping[str, Any]
    periods: list[str] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    refused: list[AuditError] = field(default_factory=list)
    suggestions: list[tuple[Source, Suggestion]] = field(default_factory=list)

    def add(self, *, accept_aliases: bool) -> Iterator[str]:
        """Add the files, and yield a screen for one notice, or a line for each of several; then the suggestions."""
        outcomes = list(add_files(self.data, self.files, self.jurisdiction, self.period, **self.given))
        added = [each for each in outcomes if isinstance(each, Added)]
        self.refused += [each for each in outcomes if isinstance(each, AuditError)]
        for each in added:
            yield from print_added(each) if len(added) == 1 else [print_line(each)]
            source = each.reading.source
            self.periods.append(source.period)
            self.paths.append(source.path)
        for each in (*added[1:], *added[:1]):  # the first period last: a later one knows more
            self._suggest(each.reading.source, each.suggestions)
        yield from (word_suggestion(each) for _, each in self.suggestions)
        if accept_aliases:
            yield self._accept()

    def _suggest(self, source: Source, suggestions: Iterable[Suggestion]) -> None:
        """Collect suggestions: each pair of units once."""
        offered = {_pair_of(each) for _, each in self.suggestions}
        self.suggestions += [(source, each) for each in suggestions if _pair_of(each) not in offered]

    def _accept(self) -> str:
        by_source: dict[Source, list[Suggestion]] = {}
        for source, suggestion in self.suggestions:
            by_source.setdefault(source, []).append(suggestion)
        n = sum(accept_suggestions(self.data, source, each) for source, each in by_source.items())
        path = self.data / "reference" / self.jurisdiction / "aliases.csv"
        return f"aliases    {f'{n} written to {shorten(path)}' if n else 'none to accept'}"


def _pair_of(suggestion: Suggestion) -> frozenset[str]:
    return frozenset((suggestion.new.unit.unit_id, suggestion.known.unit.unit_id))
