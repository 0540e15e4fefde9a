"""Time the reading of one notice in every format, and measure the peak of memory over a table of 10,000 rows.

The notices are the samples of the tests, which all state the same facts; seconds depend on the machine. Office files
and PDF are read in a process of its own, whose peak is counted too.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from audit_lib.documents.apart import stop_worker
from audit_lib.documents.read import read_document
from audit_lib.notices.notice import parse_notice

SAMPLES = Path(__file__).parents[1] / "tests/samples/formats"
NOTICES = [
    *["text-utf8.txt", "text-gb18030.txt", "table-utf8.csv", "page-charset-only-in-meta.html", "table.docx"],
    *["table.xlsx", "table.xls", "table.ods", "unruled.pdf", "ruled.pdf"],
]
SECONDS = 2.0
N_ROWS = 10_000
COLUMNS = ("序号", "单位", "得分", "备注")


def count_rows(path: Path) -> int:
    return sum(len(table.rows) for table in parse_notice(read_document(path)).tables)


def notices_per_second(path: Path) -> float:
    count_rows(path)  # the readers load with the first file
    started = time.perf_counter()
    n_read = 0
    while (seconds := time.perf_counter() - started) < SECONDS:
        count_rows(path)
        n_read += 1
    return n_read / seconds


def write_table(folder: Path, suffix: str) -> Path:
    """Write a table of made-up villages: 10,000 rows, which is far more than any notice has."""
    rows = [COLUMNS, *((n, f"样例{n}村", 60 + n % 400 / 10, "") for n in range(1, N_ROWS + 1))]
    path = folder / f"villages{suffix}"
    if suffix == ".xlsx":
        import openpyxl

        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("评分表")
        for row in rows:
            sheet.append(row)
        book.save(path)
    else:
        between = " | " if suffix == ".txt" else ","
        path.write_text("\n".join(between.join(map(str, row)) for row in rows), encoding="utf-8")
    return path


def measure(path: Path) -> None:
    """Print the rows, the seconds and the peak of both processes in MB for one file."""
    started = time.perf_counter()
    n_rows = count_rows(path)
    seconds = time.perf_counter() - started
    stop_worker()
    ours = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"{path.suffix:6} {n_rows:7,} {seconds:8.2f} {int(ours.split()[1]) / 1000:8.0f} {worker / 1000:9.0f}")


def main() -> None:
    if sys.argv[1:]:
        measure(Path(sys.argv[1]))
        return
    print("notice                          per second")
    for name in NOTICES:
        print(f"{name:31} {notices_per_second(SAMPLES / name):10.0f}")
    print("\ntable    rows  seconds  peak MB  worker MB", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for suffix in (".txt", ".csv", ".xlsx"):
            subprocess.run([sys.executable, __file__, str(write_table(Path(folder), suffix))], check=True)


if __name__ == "__main__":
    main()
