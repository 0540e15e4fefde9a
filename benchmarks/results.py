"""Keep what the benchmarks measured, in RESULTS.md: a section each, with the versions and the machine."""

import os
import platform
from collections.abc import Iterable
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

RESULTS = Path(__file__).with_name("RESULTS.md")
LIBRARIES = ("papermill", "nbclient", "nbconvert", "ipykernel", "jupyterlab", "matplotlib", "pandas")
HEADER = """# What the benchmarks measured

Seconds depend on the machine and on who else uses it; only the ratios of one interleaved run mean anything.
"""


def find_version(library: str) -> str | None:
    """Return the installed version of a library; None if it is not installed."""
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def save_section(title: str, lines: Iterable[str], libraries: tuple[str, ...] = LIBRARIES) -> None:
    """Print a section and put it into RESULTS.md in place of the one with its title."""
    found = {library: find_version(library) for library in libraries}
    versions = ", ".join(f"{library} {number}" for library, number in found.items() if number)
    load, _, _ = os.getloadavg()
    where = f"{date.today()}, {os.cpu_count()} cores, load {load:.1f}, {psutil.virtual_memory().total / 2**30:.0f} GiB"
    text = "\n".join(["", *lines, "", f"{where}; Python {platform.python_version()}, {versions}.", ""])
    old = RESULTS.read_text(encoding="utf-8") if RESULTS.is_file() else HEADER
    head, *sections = old.split("\n## ")
    kept = {section.partition("\n")[0]: section.partition("\n")[2] for section in sections}
    kept[title] = text
    body = "".join(f"\n## {name}\n{content.rstrip()}\n" for name, content in kept.items())
    RESULTS.write_text(head.rstrip() + "\n" + body, encoding="utf-8")
    print(f"## {title}\n{text}")
