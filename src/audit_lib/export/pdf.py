"""Pages as PDF files, printed by the Chromium that is installed, with text that can be searched and copied."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from bs4 import BeautifulSoup

from audit_lib.errors import unusable
from audit_lib.files import save_bytes
from audit_lib.sources import Source
from audit_lib.wording.languages import LANGUAGES, find_tree

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SECONDS = 60  # a page takes about one
OPTIONS = (
    *("--headless", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"),
    *("--no-first-run", "--no-pdf-header-footer", "--generate-pdf-document-outline"),
)
ELSEWHERE = re.compile(r"^(?!#|https?:|mailto:)")  # a file beside the page, or a download, which no PDF reader opens
CLOCK = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}")
NODE = re.compile(rb"\(node(\d{8})\)")


def find_chromium() -> str:
    """Find Chromium: the CHROME of the environment, else by its usual names. Raises AuditError where there is none."""
    given = os.environ.get("CHROME")
    found = [path for name in ([given] if given else NAMES) if (path := shutil.which(name))]
    if not found:
        looked = f"CHROME={given}, which is no program" if given else f"none of {', '.join(NAMES)}"
        raise unusable("--pdf", looked, "Chromium or Chrome, or its path in CHROME")
    return found[0]


def list_pages(reports: Path, source: Source, folder: Path) -> dict[Path, Path]:
    """List the pages of a notice in every language, each with the PDF file it becomes: zh/03_tiers.pdf.

    Raises AuditError where none is rendered.
    """
    place = Path(source.jurisdiction, source.period)
    pages = {
        page: find_tree(folder, language) / f"{page.stem}.pdf"
        for language in LANGUAGES
        for page in sorted((find_tree(reports, language) / place).glob("*.html"))
    }
    if not pages:
        raise unusable(reports / place, "no page", f"audit-lib run {source.jurisdiction} {source.period} before it")
    return pages


def print_pages(pages: dict[Path, Path], chromium: str) -> Iterator[Path]:
    """Print pages to PDF files, each whole or not at all. Yields each file when it is there."""
    for page, path in pages.items():
        save_bytes(print_page(page, chromium), path)
        yield path


def print_page(page: Path, chromium: str) -> bytes:
    """Print a page to PDF. Downloads are left out, and links to other files: they would name folders of this machine.

    Raises AuditError where Chromium fails or takes more than a minute.
    """
    with TemporaryDirectory(prefix="audit-lib-", ignore_cleanup_errors=True) as scratch, TemporaryFile() as output:
        copy, path = Path(scratch, page.name), Path(scratch, "page.pdf")
        copy.write_text(_unlink(page.read_text(encoding="utf-8")), encoding="utf-8")
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        options = [*OPTIONS, *root, f"--user-data-dir={scratch}/profile", f"--print-to-pdf={path}", copy.as_uri()]
        process = subprocess.Popen([chromium, *options], stdout=output, stderr=output, start_new_session=True)
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            raise unusable(page, f"no PDF after {SECONDS} seconds", f"{chromium} to print it") from None
        finally:
            _end(process)
        if not path.is_file():
            output.seek(0)
            lines = output.read().decode(errors="replace").split("\n")
            found = next((line.strip() for line in reversed(lines) if line.strip()), "no word of what went wrong")
            raise unusable(page, f"no PDF, exit code {process.returncode}: {found}", f"{chromium} to print it")
        return _number_nodes(CLOCK.sub(rb"\g<1>19800101000000", path.read_bytes()))


def _number_nodes(content: bytes) -> bytes:
    """Number the elements of a page from one: Chromium skips a number now and then, on a busy machine."""
    numbers = {node: number for number, node in enumerate(sorted(set(NODE.findall(content))), start=1)}
    return NODE.sub(lambda match: b"(node%08d)" % numbers[match[1]], content)


def _unlink(html: str) -> str:
    soup = BeautifulSoup(html, "html.parser")
    for link in soup.find_all("a", href=ELSEWHERE):
        del link["href"]
    return str(soup)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End Chromium with all the processes it started."""
    with suppress(ProcessLookupError, PermissionError):  # all have ended
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
