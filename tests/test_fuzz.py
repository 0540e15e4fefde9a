"""Random and damaged files of every format: each gives a notice or one line of error, with little work and memory.

Half of the inputs are damaged samples of the formats whose readers are younger: DOC, WPS, RTF, OFD, ODT, MHTML,
archives. A quarter are damaged samples of any format, a quarter are random.

Input n of a seed is always the same. `make fuzz` reads 80,000, others each day; FUZZ_INPUTS and FUZZ_SEED choose.
"""

import io
import os
import random
import re
import resource
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import psutil
import pytest

from audit_lib.documents.apart import stop_worker
from audit_lib.documents.read import read_document
from audit_lib.errors import AuditError
from audit_lib.notices.notice import Notice, parse_notice

SEED = os.environ.get("FUZZ_SEED", "2017")
N_INPUTS = int(os.environ.get("FUZZ_INPUTS", "4000"))
N_CHUNKS = max(
    2, N_INPUTS // 10_000
)  # so that the inputs spread over the processes of pytest; each starts one of its own
LONGEST = 5.0  # seconds of the processors: a busy machine fails no test
STATUS = Path("/proc/self/status")  # where memory is measured: on Linux
LARGEST = 500_000  # kilobytes at the peak, of this process and of the one that reads office files and PDF

SAMPLES = sorted(
    path for path in (Path(__file__).parent / "samples/formats").iterdir() if path.suffix not in {".py", ""}
)
YOUNGER = [path for path in SAMPLES if path.suffix in {".doc", ".wps", ".rtf", ".ofd", ".odt", ".mht", ".zip", ".rar"}]
SUFFIXES = sorted({path.suffix for path in SAMPLES} | {".tsv", ".htm", ""})
MAGIC = [
    b"PK\x03\x04\x14\x00\x00\x00\x08\x00",
    b"PK\x05\x06" + bytes(18),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"Rar!\x1a\x07\x00",
    b"Rar!\x1a\x07\x01\x00",
    b"7z\xbc\xaf\x27\x1c",
    b"{\\rtf1",
    b"{\\rtf1\\ansicpg936\\trowd\\cellx900\\intbl ",
    b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n",
    b"\x89PNG\r\n\x1a\n",
    b"%PDF-1.7\n",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"<?xml version='1.0'?>",
    b"<html><table><tr><td>",
    b"",
]
WORDS = [
    *"\n\n\n\n\t\t||,,;、。:  \u3000\u00a0",
    *["序号", "单位", "名次", "得分", "总分", "等次", "优秀", "良好", "一般", "合计", "缺考", "备注", "附件", "通报"],
    *["甲镇", "乙镇", "丙局", "市丁局", "戊街道", "己中心(分部)", "(一)优秀单位(2个)"],
    *["二、存在问题", "第一名", "1.", "三、"],
    *["1", "2", "3", "10", "88", "90.5", "97", "100分", "-3", "８６．５", "2017年", "2018-01-29", "99999999999"],
    *["\\cell ", "\\row ", "\\par ", "\\itap2 ", "\\nestcell ", "\\u21333?", "\\'bc\\'d7", "{", "}", "\\bin9 "],
    *["<td>", "<tr>", "</table>", "<table>", "<td rowspan=3>", "<td colspan=999999>", "<p>", "<script>", '"', "|---|"],
]


def make_bytes(dice: random.Random) -> bytes:
    return dice.choice(MAGIC) + dice.randbytes(dice.choice([0, 1, 10, 300, 5000]))


def make_words(dice: random.Random) -> bytes:
    words = "".join(dice.choices(WORDS, k=dice.choice([5, 50, 500])))
    start = dice.choice(["", "", "<html>", "<table><tr><td>"])
    return (start + words).encode(dice.choice(["utf-8", "utf-8", "utf-16", "gb18030"]))


def damage(dice: random.Random, content: bytes) -> bytes:
    """Change a file in a few places: bits, bytes, stretches cut out, moved or doubled, numbers made large."""
    damaged = bytearray(content)
    for _ in range(dice.choice([1, 1, 2, 5, 30])):
        at, to = sorted(dice.choices(range(len(damaged) + 1), k=2))
        to = min(to, at + dice.choice([1, 4, 60, 4000]))
        match dice.randrange(6):
            case 0 if damaged:
                damaged[at % len(damaged)] ^= 1 << dice.randrange(8)
            case 1:
                damaged[at:to] = dice.randbytes(to - at)
            case 2:
                del damaged[at:to]
            case 3:
                damaged[at:at] = damaged[at:to] * dice.choice([1, 2, 50])
            case 4:
                del damaged[at if dice.random() < 0.2 else len(damaged) :]
            case _:
                numbers = list(re.finditer(rb"\d+", damaged))
                if numbers:
                    number = dice.choice(numbers)
                    damaged[slice(*number.span())] = dice.choice([b"0", b"-1", b"65536", b"999999999", b"1e309"])
    return bytes(damaged[:200_000])


def damage_inside(dice: random.Random, content: bytes) -> bytes:
    """Damage one part of an office file: damage to the archive itself only ever shows that its sums are checked."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as again:
        chosen = dice.choice(archive.namelist()[::-1])
        for name in archive.namelist():
            part = archive.read(name)
            again.writestr(name, damage(dice, part) if name == chosen else part)
    return packed.getvalue()


def make_input(number: int) -> tuple[bytes, str]:
    """Return the bytes and the suffix of an input."""
    dice = random.Random(f"{SEED} {number}")
    if number % 4 == 0:
        make: Callable[[random.Random], bytes] = dice.choice([make_bytes, make_words])
        return make(dice), dice.choice(SUFFIXES)
    sample = dice.choice(YOUNGER if number % 2 else SAMPLES)
    content = sample.read_bytes()
    is_office = content.startswith(b"PK") and dice.random() < 0.8
    return (damage_inside if is_office else damage)(dice, content), sample.suffix


def read(path: Path) -> bool:
    """Check whether a file is a notice; raise for an error of more than a line, and for a reading that takes long.

    At most two processes work at a time. Where the clock leaves it open, work is measured as the file is read again.
    """
    began = time.monotonic()
    is_notice = find_notice(path)
    if time.monotonic() - began > LONGEST / 2:
        before = measure_work()
        find_notice(path)
        if (seconds := measure_work() - before) > LONGEST:
            raise TimeoutError(f"{seconds:.1f} seconds of work")
    return is_notice


def find_notice(path: Path) -> bool:
    try:
        return isinstance(parse_notice(read_document(path)), Notice)
    except AuditError as error:
        assert len(str(error).splitlines()) == 1
        assert str(error).startswith(str(path))
        return False


def measure_work() -> float:
    """Return the seconds that processors have worked for this process and its workers, living and dead."""
    dead = resource.getrusage(resource.RUSAGE_CHILDREN)
    living = [child.cpu_times() for child in psutil.Process().children()]
    return time.process_time() + dead.ru_utime + dead.ru_stime + sum(each.user + each.system for each in living)


def read_chunk(chunk: int, folder: Path) -> tuple[int, list[str]]:
    """Read a part of the inputs; gives how many were notices, and what went wrong. Its process is its own.

    A peak of memory is of a process's whole life: where other tests had run, it could be theirs.
    """
    failures: list[str] = []
    n_read = 0
    for number in range(chunk * N_INPUTS // N_CHUNKS, (chunk + 1) * N_INPUTS // N_CHUNKS):
        content, suffix = make_input(number)
        path = folder / f"input{suffix}"
        path.write_bytes(content)
        try:
            n_read += read(path)
        except Exception as error:  # any but AuditError is what this test looks for
            failures.append(f"input {number}: {error!r}")
    stop_worker()
    peaks = [read_peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss] if STATUS.is_file() else []
    return n_read, failures + [f"{peak:,} kB of memory" for peak in peaks if peak > LARGEST]


def read_peak() -> int:
    """Give the most memory in kB of this program; getrusage would begin at what pytest had when it started this."""
    return next(int(line.split()[1]) for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(N_CHUNKS))
def test_any_file_gives_a_notice_or_one_line_of_error(chunk: int, tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
        n_read, failures = fresh.submit(read_chunk, chunk, tmp_path).result()
    assert failures == [], f"seed {SEED}"
    assert n_read or N_INPUTS < 1000, "some damage leaves a notice readable"
