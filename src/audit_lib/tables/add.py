"""Add published files to the data: read them, keep them under their place and period, record where they come from.

Nothing is kept that cannot be read, and no file without a record.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from audit_lib.documents.model import Document
from audit_lib.documents.read import list_archive
from audit_lib.documents.several import join_documents
from audit_lib.errors import AuditError, unusable
from audit_lib.files import lock_folder
from audit_lib.periods import EXPECTED, is_period, list_overlaps, order_of
from audit_lib.sources import JURISDICTION, Source, reading_order
from audit_lib.tables.aliases import Known, Printed, Roster, Suggestion, list_printed, load_roster, suggest_aliases
from audit_lib.tables.build import Reading, resolve_notice
from audit_lib.tables.corrections import list_answers, load_corrections
from audit_lib.tables.downloads import Download, list_downloads, read_download, sort_downloads
from audit_lib.tables.proposals import Proposal, parse_measured
from audit_lib.tables.raw_files import find_same_raw, keep_notice, name_raw
from audit_lib.tables.records import Records, describe_notice, find_own_record, list_kept
from audit_lib.tables.scan_doubts import NOTICE, answer_lines, find_open
from audit_lib.tables.scan_review import list_corrections, review_scans
from audit_lib.tables.units import load_registry

OF_ONE = ("url", "title", "published_on", "n_ranked")  # what can be true of one notice only


@dataclass(frozen=True)
class Added:
    """A notice that is in the data, what of it was written just now, and the units known before it, by id."""

    reading: Reading
    written: tuple[str, ...]  # of: raw file, record
    known: Mapping[str, Known]
    proposal: Proposal  # what its scores measure; nothing where it was recorded before
    overlaps: tuple[str, ...] = ()  # other periods of the place that share days with this one
    kept: tuple[str, ...] = ()  # columns of the record that are not as given now

    @cached_property
    def printed(self) -> list[Printed]:
        return list_printed(self.reading.evidence)

    @property
    def new(self) -> list[Printed]:
        return [each for each in self.printed if each.unit.unit_id not in self.known]

    @property
    def absent(self) -> list[Known]:
        """The known units that this notice does not name."""
        named = {each.unit.unit_id for each in self.printed}
        return [known for unit_id, known in self.known.items() if unit_id not in named]

    @cached_property
    def suggestions(self) -> list[Suggestion]:
        return suggest_aliases(self.new, self.absent) if self.new else []


def add_notice(data: Path, file: Path, jurisdiction: str, period: str | None = None, **given: Any) -> Added:
    """Copy a notice into data/raw and record it in notices.csv. What it says of itself is read; `given` overrules it.

    `given` are columns of notices.csv: url, title, publisher, published_on, and those of a measure. The same file again
    changes nothing. Raises AuditError, and leaves everything as it was, for a file that is not a notice or is a link,
    for a name that no folder can have, for a period neither given nor printed, and for another file of a period.
    """
    added = next(add_files(data, [file], jurisdiction, period, **given))
    if isinstance(added, AuditError):
        raise added
    return added


def add_files(
    data: Path, files: Sequence[Path], jurisdiction: str, period: str | None = None, **given: Any
) -> Iterator[Added | AuditError]:
    """Add several files, or those of a folder: notices of several periods, or one notice with its annexes.

    Each file says in its title which period it is of. Files of one period are one notice, kept together in a folder
    data/raw/<jurisdiction>/<period>; one that names no period belongs to the only notice there is. An archive stands
    for the files in it. A scan is read into a CSV file beside it, and added once no line of it is doubtful. Yields each
    notice, in the order of time, then what could not be added. Raises AuditError, before anything is written, where the
    files are neither: several notices of one period, or an unreadable annex.
    """
    _check_names(data, files, jurisdiction, period, given)
    downloads: list[Download] = []
    refused: list[AuditError] = []
    for file in list_downloads(files):
        try:
            downloads += map(read_download, list_archive(file) or [file])
        except AuditError as error:
            refused.append(error)
    notices, without = sort_downloads(downloads, refused, period)
    if len(notices) > 1 and (names := [name for name in OF_ONE if given.get(name) is not None]):
        option = f"--{names[0].replace('_', '-')}"
        raise unusable(option, f"{len(notices)} notices", "one notice: add them one at a time")
    roster, records = load_roster(data, jurisdiction), Records(data)
    for of, group in sorted(notices.items(), key=lambda pair: order_of(pair[0])):
        try:
            yield _add_group(data, Source(jurisdiction, of, data), group, roster, records, given)
        except AuditError as error:
            yield error
    yield from (*refused, *without)


def _check_names(
    data: Path, files: Sequence[Path], jurisdiction: str, period: str | None, given: Mapping[str, Any]
) -> None:
    """Refuse what must not name a folder or file, before anything is read."""
    if not data.is_dir():
        raise unusable(data, "no such folder", "the data folder")
    if not re.fullmatch(JURISDICTION, jurisdiction):
        expected = "a folder name of small letters, digits, - and _, such as leizhou"
        raise unusable("--jurisdiction", repr(jurisdiction), expected)
    if period is not None and not is_period(period):
        raise unusable("--period", repr(period), EXPECTED)
    url = given.get("url")
    if url is not None and not re.fullmatch(r"https?://\S+", url):
        raise unusable("--url", repr(url), "an address that begins with http:// or https://")
    low, high = given.get("scale_min"), given.get("scale_max")
    if high is not None and not (low or 0.0) < high <= 1e6:
        raise unusable("--scale-max", f"{high:g}", "a number above the lowest score")
    for file in files:
        if file.is_symlink():
            raise unusable(file, "a symbolic link", "the file itself")


def _add_group(
    data: Path, source: Source, group: list[Download], roster: Roster, records: Records, given: Mapping[str, Any]
) -> Added:
    """Add one notice: one file, or several that are kept together."""
    known = roster.known_for(source.period)
    group = sorted(group, key=lambda each: reading_order(each.path))
    source = replace(source, path=name_raw(data, source, group))
    is_one = len(group) == 1 and not group[0].is_scan
    document = group[0].document if is_one else join_documents(source.path, [each.document for each in group])
    parsed = group[0].notice if is_one else None
    document, corrections = _settle(data, source, document, group)
    with lock_folder(data / "reference"):  # nobody else adds between the look and the writing
        held = find_same_raw(data, source, document, group[0].path)
        source = replace(source, path=held or source.path)
        table = records.load()
        record = find_own_record(table, records.path, source, document)
        notice, proposal = parse_measured(document, parsed, table, record, source, given)
        row = describe_notice(source, notice, given, proposal) if record is None else record
        notice = replace(notice, document=replace(document, path=source.path))
        reading = resolve_notice(data, source, notice, row)
        new = row if record is None else None
        keep_notice(records, source.path, group if held is None else [], new, corrections)
    roster.enter(source.period, source.notice_id, reading.scores.drop_duplicates("unit_id"))
    raw = "raw file" if len(group) == 1 else f"{len(group)} raw files"
    answers = "1 answer" if len(corrections) == 1 else f"{len(corrections)} answers"
    parts = ((raw, held is None), ("record", record is None), (answers, bool(corrections)))
    written = tuple(part for part, is_new in parts if is_new)
    overlapping = (pair for pair in list_overlaps(roster.named) if source.period in pair)
    overlaps = tuple(each for pair in overlapping for each in pair if each != source.period)
    return Added(reading, written, known, proposal, overlaps, list_kept(record, given))


def _settle(
    data: Path, source: Source, document: Document, group: list[Download]
) -> tuple[Document, list[dict[str, str]]]:
    """Return a document with the answers to what was read in scans, and the answers that corrections.csv lacks.

    Raises AuditError, with a review file and a page beside each scan, where a line is doubtful and has no answer.
    """
    scans = {f"{each.name} ": each for each in group if each.is_scan}
    if not scans:
        return document, []
    kept = list_answers(load_corrections(data, source.notice_id))
    given = {
        (place if place == NOTICE else prefix + place, text): answer
        for prefix, scan in scans.items()
        for (place, text), answer in scan.answers.items()
    }
    answers = given | kept
    if doubts := find_open(document, answers, load_registry(data, source.jurisdiction)):
        paths = {prefix: scan.path for prefix, scan in scans.items()}
        raise review_scans(document, paths, answers, doubts)
    new = {key: answer for key, answer in given.items() if key not in kept}
    return answer_lines(document, answers), list(list_corrections(source.notice_id, document, new))
