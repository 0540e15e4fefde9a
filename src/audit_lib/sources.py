"""The raw files that there are: data/raw/<jurisdiction>/<period>.<ending>. Quick to import; nothing is read."""

import re
from dataclasses import dataclass
from pathlib import Path

from audit_lib.errors import unusable
from audit_lib.periods import PATTERN, order_of

# How folders and files are named.
JURISDICTION = r"^[a-z0-9][a-z0-9_-]*$"
PERIOD = f"^{PATTERN}$"


@dataclass(frozen=True)
class Source:
    """One raw file: which government's and which period's."""

    jurisdiction: str
    period: str
    path: Path

    @property
    def notice_id(self) -> str:
        return f"{self.jurisdiction}-{self.period}"


def period_of(path: Path) -> str:
    """Return the period that a raw file or folder is named by: 2017.txt, 2023-01..2023-04.xls, 2021H1/.

    >>> period_of(Path("2023-01..2023-04.xls")), period_of(Path("2023-01..2023-04")), period_of(Path("2017.txt"))
    ('2023-01..2023-04', '2023-01..2023-04', '2017')
    """
    return path.name if re.fullmatch(PERIOD, path.name) else path.stem


def find_sources(data: Path, jurisdiction: str | None = None, period: str | None = None) -> list[Source]:
    """Find the raw files of a jurisdiction and period (all of them where None), in order.

    Raises AuditError where there is none, naming what there is.
    """
    sources = _list_sources(data, jurisdiction)
    if jurisdiction is not None and not sources:
        known = ", ".join(sorted({source.jurisdiction for source in _list_sources(data)}))
        raise unusable(data / "raw", f"no jurisdiction {jurisdiction}", known or "a folder with a notice in it")
    if period is not None and not any(source.period == period for source in sources):
        known = ", ".join(sorted({source.period for source in sources}))
        raise unusable(data / "raw" / (jurisdiction or ""), f"no period {period}", known)
    if not sources:
        raise unusable(data / "raw", "no notice", "<jurisdiction>/<period>.txt")
    return [source for source in sources if period in (None, source.period)]


def _list_sources(data: Path, jurisdiction: str | None = None) -> list[Source]:
    """List the raw files of a jurisdiction, or of all. A place's report need not look at the whole nation's files."""
    folders = [folder for folder in (data / "raw").glob("*") if jurisdiction in (None, folder.name)]
    files = [path for folder in folders for path in folder.glob("*")]
    sources = [
        Source(path.parent.name, path.stem, path)
        for path in sorted(files)
        if path.is_file() and not path.name.startswith(".")
    ]
    return sorted(sources, key=lambda source: (source.jurisdiction, order_of(source.period)))


def find_earlier(data: Path, source: Source) -> list[Source]:
    """Find the notices of the same place up to this one and with it, in the order of time."""
    return [
        each for each in find_sources(data, source.jurisdiction) if order_of(each.period) <= order_of(source.period)
    ]
