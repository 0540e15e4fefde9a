"""The raw files that there are: data/raw/<jurisdiction>/<period>.<ending>, or a folder <period> with the files of one
notice. Quick to import; nothing is read."""

import re
from dataclasses import dataclass
from pathlib import Path

from audit_lib.errors import unusable
from audit_lib.periods import PATTERN, is_period, order_of

# Names of folders and files.
NOTICE = "notice.html"  # the page of a notice, next to the reports on it
JURISDICTION = r"^[a-z0-9][a-z0-9_-]*$"
PERIOD = f"^{PATTERN}$"


@dataclass(frozen=True)
class Source:
    """One notice's raw file, or the folder with its files: which government's and which period's."""

    jurisdiction: str
    period: str
    path: Path

    @property
    def notice_id(self) -> str:
        return f"{self.jurisdiction}-{self.period}"

    @property
    def files(self) -> list[Path]:
        """The raw file, or the files of the folder in reading order."""
        return list_files(self.path) if self.path.is_dir() else [self.path]


def list_files(folder: Path) -> list[Path]:
    """List the files of a folder in the order in which they are read: the page first, then annexes by their number."""
    return sorted(
        (path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")), key=reading_order
    )


def reading_order(path: Path) -> tuple[bool, list[tuple[bool, int, str]]]:
    """Return the key that sorts the files of a notice: annexes (附…) last, numbers by their value."""
    parts = re.findall(r"[0-9]+|[^0-9]+", path.name)
    numbered = [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]
    return path.name.startswith("附"), numbered


def period_of(path: Path) -> str:
    """Return the period that a raw file or folder is named by: 2017.txt, 2023-01..2023-04.xls, 2021H1/.

    >>> period_of(Path("2023-01..2023-04.xls")), period_of(Path("2023-01..2023-04")), period_of(Path("2017.txt"))
    ('2023-01..2023-04', '2023-01..2023-04', '2017')
    """
    return path.name if re.fullmatch(PERIOD, path.name) else path.stem


def find_sources(data: Path, jurisdiction: str | None = None, period: str | None = None) -> list[Source]:
    """Return the raw files of a jurisdiction and period (None: of all), ordered by jurisdiction and time.

    Raises AuditError that names what there is, if there is none.
    """
    if not data.is_dir():
        raise unusable(data, "no folder", "a data folder, with raw/ in it")
    sources = list_sources(data, jurisdiction)
    if jurisdiction is not None and not sources:
        known = ", ".join(sorted({source.jurisdiction for source in list_sources(data)}))
        raise unusable(data / "raw", f"no jurisdiction {jurisdiction}", known or "a folder with a notice in it")
    if period is not None and not any(source.period == period for source in sources):
        known = ", ".join(sorted({source.period for source in sources}))
        if jurisdiction is not None and re.fullmatch(PERIOD, period):
            known += f" (audit-lib add FILE --jurisdiction {jurisdiction} --period {period} adds one)"
        raise unusable(data / "raw" / (jurisdiction or ""), f"no period {period}", known)
    if not sources:
        raise unusable(data / "raw", "no notice", "<jurisdiction>/<period>.txt")
    return [source for source in sources if period in (None, source.period)]


def list_sources(data: Path, jurisdiction: str | None = None) -> list[Source]:
    """List the raw files of a jurisdiction, or of all. A place's report need not look at the whole nation's files."""
    if jurisdiction in ("", ".", ".."):
        return []
    folders = (data / "raw").glob("*") if jurisdiction is None else [data / "raw" / jurisdiction]
    paths = [path for folder in folders for path in folder.glob("*") if not path.name.startswith(".")]
    sources = [Source(path.parent.name, period_of(path), path) for path in sorted(paths) if _is_raw(path)]
    return sorted(sources, key=lambda source: (source.jurisdiction, order_of(source.period)))


def _is_raw(path: Path) -> bool:
    """Check whether a path is a raw file, or the folder of a period with files in it."""
    return path.is_file() or (is_period(path.name) and path.is_dir() and bool(list_files(path)))


def find_held(data: Path, jurisdiction: str, period: str) -> list[Path]:
    """Find what data/raw holds of one period: one path, none, or by mistake several."""
    folder = data / "raw" / jurisdiction
    paths = sorted(folder.glob(f"{period}*")) if folder.is_dir() else []
    return [path for path in paths if period_of(path) == period and _is_raw(path)]


def find_earlier(data: Path, source: Source) -> list[Source]:
    """Return the notices of the same place up to and including this one, in order of time."""
    return [
        each for each in find_sources(data, source.jurisdiction) if order_of(each.period) <= order_of(source.period)
    ]
