"""Find the raw files: data/raw/<jurisdiction>/<period>.<ending>. Quick to import; no file is read."""

import re
from dataclasses import dataclass
from pathlib import Path

from audit_lib.errors import unusable
from audit_lib.periods import order_of

# Names of folders and files.
NOTICE = "notice.html"  # the page of a notice, next to the reports on it
JURISDICTION = r"^[a-z0-9][a-z0-9_-]*$"
PERIOD = r"^[0-9]{4}(-(0[1-9]|1[0-2])|Q[1-4])?$"


@dataclass(frozen=True)
class Source:
    """One raw file: of which government and which period."""

    jurisdiction: str
    period: str
    path: Path

    @property
    def notice_id(self) -> str:
        return f"{self.jurisdiction}-{self.period}"


def find_sources(data: Path, jurisdiction: str | None = None, period: str | None = None) -> list[Source]:
    """Return the raw files of a jurisdiction and period (None: of all), ordered by jurisdiction and time.

    Raises AuditError that names what there is, if there is none.
    """
    if not data.is_dir():
        raise unusable(data, "no folder", "a data folder, with raw/ in it")
    sources = _list_sources(data, jurisdiction)
    if jurisdiction is not None and not sources:
        known = ", ".join(sorted({source.jurisdiction for source in _list_sources(data)}))
        raise unusable(data / "raw", f"no jurisdiction {jurisdiction}", known or "a folder with a notice in it")
    if period is not None and not any(source.period == period for source in sources):
        known = ", ".join(sorted({source.period for source in sources}))
        if jurisdiction is not None and re.fullmatch(PERIOD, period):
            known += f" (audit-lib add FILE --jurisdiction {jurisdiction} --period {period} adds one)"
        raise unusable(data / "raw" / (jurisdiction or ""), f"no period {period}", known)
    if not sources:
        raise unusable(data / "raw", "no notice", "<jurisdiction>/<period>.txt")
    return [source for source in sources if period in (None, source.period)]


def _list_sources(data: Path, jurisdiction: str | None = None) -> list[Source]:
    """Return the raw files of a jurisdiction (None: of all), without looking at those of others."""
    if jurisdiction in ("", ".", ".."):
        return []
    folders = (data / "raw").glob("*") if jurisdiction is None else [data / "raw" / jurisdiction]
    files = [path for folder in folders for path in folder.glob("*") if jurisdiction in (None, folder.name)]
    sources = [
        Source(path.parent.name, path.stem, path)
        for path in sorted(files)
        if path.is_file() and not path.name.startswith(".")
    ]
    return sorted(sources, key=lambda source: (source.jurisdiction, order_of(source.period)))


def find_earlier(data: Path, source: Source) -> list[Source]:
    """Return the notices of the same place up to and including this one, in order of time."""
    return [
        each for each in find_sources(data, source.jurisdiction) if order_of(each.period) <= order_of(source.period)
    ]
