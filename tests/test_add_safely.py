"""Nothing is lost: two adds at once, an add that fails or is killed at any step, reference files kept as they are."""

import codecs
import errno
import os
import select
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from audit_lib.errors import AuditError
from audit_lib.files import lock_folder
from audit_lib.sources import find_sources
from audit_lib.tables import raw_files
from audit_lib.tables.add import add_files, add_notice
from audit_lib.tables.aliases import accept_suggestions
from audit_lib.tables.append import append_rows
from audit_lib.tables.build import read_source
from audit_lib.tables.storage import load_table

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")

PAGE = "关于2018年政务公开的通报\n(一)优秀单位(2个)\n甲镇、乙局。\n(二)良好单位(1个)\n丙局。\n"
ANNEX = "单位,得分\n甲镇,95\n乙局,90\n丙局,85\n"


def read_tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one notice of another place."""
    (tmp_path / "data/raw").mkdir(parents=True)
    (tmp_path / "data/reference").mkdir()
    (tmp_path / "page.txt").write_text(PAGE, encoding="utf-8")
    (tmp_path / "附件1.csv").write_text(ANNEX, encoding="utf-8")
    add_notice(tmp_path / "data", tmp_path / "page.txt", "other")
    return tmp_path / "data"


def add_one(data: Path) -> None:
    add_notice(data, data.parent / "page.txt", "demo")


def add_both(data: Path) -> None:
    for each in add_files(data, [data.parent / "page.txt", data.parent / "附件1.csv"], "demo"):
        if isinstance(each, AuditError):
            raise each


# Faults at each step.

STEPS = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod"}  # what Python's audit hooks tell of


class Faults:
    """Counts the steps that change files, writes and syncs among them, and does something at one of them."""

    def __init__(self, at: int, act: Callable[[], Any]) -> None:
        self.at, self.act, self.n, self.on = at, act, 0, False

    def step(self) -> None:
        if self.on:
            self.n += 1
            if self.n == self.at:
                self.on = False
                self.act()
                self.on = True

    def hook(self, event: str, facts: tuple[Any, ...]) -> None:
        if event not in STEPS or not self.on:
            return
        writes = event != "open" or (isinstance(facts[2], int) and facts[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        if writes:
            self.step()


def patch_writes(faults: Faults, patch: Callable[[str, Any], None]) -> None:
    """Count each write and sync; one that is acted on has written half."""
    real_open, real_sync = Path.open, os.fsync

    def open_counted(path: Path, mode: str = "r", *rest: Any, **options: Any) -> Any:
        file = real_open(path, mode, *rest, **options)
        if "x" in mode or "w" in mode:
            write = file.write

            def write_counted(content: bytes) -> None:
                half = len(content) // 2
                write(content[:half])
                file.flush()
                faults.step()
                write(content[half:])

            file = Counted(file, write_counted)
        return file

    def sync_counted(descriptor: int) -> None:
        faults.step()
        real_sync(descriptor)

    patch("pathlib.Path.open", open_counted)
    patch("os.fsync", sync_counted)


class Counted:
    def __init__(self, file: Any, write: Callable[[bytes], None]) -> None:
        self.file, self.write = file, write

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def __enter__(self) -> "Counted":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()


def die() -> NoReturn:
    os._exit(9)


def fill_disk() -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def interrupt() -> NoReturn:
    raise KeyboardInterrupt


def end_at_step(data: Path, add: Callable[[Path], None], at: int, act: Callable[[], NoReturn]) -> tuple[int, int]:
    """Add in a process of its own in which something happens at a step; gives its exit code and number of steps."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _run_child(data, add, at, writing, act)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        steps = int(pipe.read() or at)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), steps


def _run_child(data: Path, add: Callable[[Path], None], at: int, pipe: int, act: Callable[[], NoReturn]) -> NoReturn:
    faults = Faults(at, act)
    patch_writes(faults, lambda name, value: setattr(Path if "Path" in name else os, name.rpartition(".")[2], value))
    sys.addaudithook(faults.hook)
    faults.on = True
    code = 0
    try:
        add(data)
    except (AuditError, KeyboardInterrupt):
        code = 2
    except BaseException:
        code = 3
    faults.on = False
    os.write(pipe, str(faults.n).encode())
    os._exit(code)


def count_steps(data: Path, add: Callable[[Path], None]) -> int:
    code, steps = end_at_step(data, add, 0, die)
    assert code == 0
    return steps


def restore(data: Path, kept: dict[str, bytes]) -> None:
    """Make the folder again what it was."""
    shutil.rmtree(data)
    for name, content in kept.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(content)


@pytest.mark.slow
@pytest.mark.parametrize("add", [add_one, add_both])
def test_an_add_killed_at_any_step_is_completed_by_the_next(data: Path, add: Callable[[Path], None]) -> None:
    before = read_tree(data)
    steps = count_steps(data, add)
    whole = read_tree(data)
    assert steps >= 8
    for at in range(1, steps + 1):
        restore(data, before)
        assert end_at_step(data, add, at, die)[0] == 9
        records = load_table(data / "reference/notices.csv", "notices")
        assert "other-2018" in set(records["notice_id"])
        assert (data / "raw/other/2018.txt").read_bytes() == before["raw/other/2018.txt"]
        recorded = {f"{row.jurisdiction}-{row.period}" for row in records.itertuples()}
        for source in find_sources(data):
            assert source.notice_id in recorded
            read_source(data, source)
        add(data)
        assert read_tree(data) == whole


@pytest.mark.slow
@pytest.mark.parametrize(("add", "act"), [(add_one, interrupt), (add_both, fill_disk)])
def test_a_full_disk_or_ctrl_c_at_any_step_changes_nothing(
    data: Path, add: Callable[[Path], None], act: Callable[[], NoReturn]
) -> None:
    before = read_tree(data)
    steps = count_steps(data, add)
    whole = read_tree(data)
    for at in range(1, steps + 1):
        restore(data, before)
        code, _ = end_at_step(data, add, at, act)
        assert code in (0, 2)
        assert read_tree(data) == (whole if code == 0 else before)


def test_a_failing_add_keeps_what_another_added_meanwhile(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, busy = raw_files.save_bytes, []

    def fail_after_another(content: bytes, path: Path) -> None:
        if "p" in path.parts and path.suffix == ".txt" and not busy:
            busy.append(1)
            add_notice(data, data.parent / "page.txt", "q")
            raise OSError(errno.ENOSPC, "No space left on device")
        real(content, path)

    monkeypatch.setattr(raw_files, "save_bytes", fail_after_another)
    with pytest.raises(OSError, match="No space left"):
        add_notice(data, data.parent / "page.txt", "p")
    records = load_table(data / "reference/notices.csv", "notices")
    assert list(records["notice_id"]) == ["other-2018", "q-2018"]
    assert (data / "raw/q/2018.txt").is_file()
    assert not (data / "raw/p/2018.txt").exists()


@pytest.mark.slow
def test_many_adds_at_once_keep_all_records(data: Path) -> None:
    places = [f"p{number}" for number in range(8)]
    children = []
    for place in places:
        child = os.fork()
        if child == 0:
            try:
                add_notice(data, data.parent / "page.txt", place)
                os._exit(0)
            except BaseException:
                os._exit(1)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 8
    records = load_table(data / "reference/notices.csv", "notices")
    assert set(records["jurisdiction"]) == {"other", *places}
    assert all((data / f"raw/{place}/2018.txt").is_file() for place in places)


def test_an_add_waits_for_another(data: Path) -> None:
    (go, tell), (done, told) = os.pipe(), os.pipe()
    child = os.fork()  # before the lock is taken: a child would inherit it
    if child == 0:
        os.read(go, 1)
        try:
            add_one(data)
            os.write(told, b"x")
            os._exit(0)
        except BaseException:
            os._exit(1)
    with lock_folder(data / "reference"):
        os.write(tell, b"x")
        append_rows([record("third-2019")], data / "reference/notices.csv", "notices")
        assert select.select([done], [], [], 0.2)[0] == []
        append_rows([record("third-2020")], data / "reference/notices.csv", "notices")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    records = load_table(data / "reference/notices.csv", "notices")
    assert set(records["notice_id"]) == {"other-2018", "third-2019", "third-2020", "demo-2018"}


def record(notice_id: str) -> dict[str, str]:
    jurisdiction, period = notice_id.split("-", 1)
    return {"notice_id": notice_id, "jurisdiction": jurisdiction, "period": period, "sha256": "0" * 64}


# Reference files stay as somebody made them.

HEAD = "name_printed,unit_id,evidence"
OLD = f"{HEAD}\n旧名,demo-甲镇,x\n"


def with_bom(text: str) -> bytes:
    return codecs.BOM_UTF8 + text.encode()


@pytest.fixture
def aliases(tmp_path: Path) -> Path:
    (tmp_path / "reference").mkdir()
    return tmp_path / "reference/aliases.csv"


NEW = {"name_printed": "新,名", "unit_id": "demo-甲镇", "evidence": "=y"}


@pytest.mark.parametrize(
    ("before", "added"),
    [
        (OLD.encode(), '"新,名",demo-甲镇,\'=y\n'),
        (OLD.replace("\n", "\r\n").encode(), '"新,名",demo-甲镇,\'=y\r\n'),
        (with_bom(OLD), '"新,名",demo-甲镇,\'=y\n'),
        (OLD.rstrip("\n").encode(), '\n"新,名",demo-甲镇,\'=y\n'),
        (f"{HEAD}\n\n旧名,demo-甲镇,'=x \n\n".encode(), '"新,名",demo-甲镇,\'=y\n'),
        ('evidence,unit_id,name_printed\n"x, y",demo-甲镇,旧名\n'.encode(), '\'=y,demo-甲镇,"新,名"\n'),
        (f"{HEAD},evidence_zh\n旧名,demo-甲镇,x,甲\n".encode(), '"新,名",demo-甲镇,\'=y,\n'),
    ],
    ids=["plain", "CRLF", "BOM", "no final newline", "blank lines", "columns in another order", "optional column"],
)
def test_lines_that_are_there_keep_their_bytes(aliases: Path, before: bytes, added: str) -> None:
    aliases.write_bytes(before)
    written = append_rows([NEW], aliases, "aliases")
    assert aliases.read_bytes() == before + added.encode()
    assert list(load_table(aliases, "aliases")["name_printed"]) == ["旧名", "新,名"]
    written.undo()
    assert aliases.read_bytes() == before


def test_a_column_is_added_only_where_a_row_has_a_value_for_it(aliases: Path) -> None:
    aliases.write_bytes(with_bom(OLD.replace("\n", "\r\n")))
    append_rows([NEW | {"evidence_zh": "乙"}], aliases, "aliases")
    expected = f'{HEAD},evidence_zh\r\n旧名,demo-甲镇,x,\r\n"新,名",demo-甲镇,\'=y,乙\r\n'
    assert aliases.read_bytes() == with_bom(expected)


@pytest.mark.parametrize(
    ("before", "message"),
    [
        (OLD.encode("gbk"), "aliases.csv: found"),
        (OLD.replace(",", ";").encode(), "aliases.csv: found"),
        ((OLD + "新名,demo-甲镇,x,more\n").encode(), "aliases.csv"),
        ((OLD + '"新,名",demo-甲镇,x\n').encode(), "aliases.csv: found a second row for 新,名; expected one"),
    ],
    ids=["GBK", "semicolons", "a cell too many", "the key is there"],
)
def test_a_file_that_cannot_be_read_is_left_alone(aliases: Path, before: bytes, message: str) -> None:
    aliases.write_bytes(before)
    with pytest.raises(AuditError, match=message):
        append_rows([NEW], aliases, "aliases")
    assert aliases.read_bytes() == before


def test_a_link_and_its_mode_are_kept(aliases: Path, tmp_path: Path) -> None:
    real = tmp_path / "real.csv"
    real.write_text(OLD, encoding="utf-8")
    real.chmod(0o600)
    aliases.symlink_to(real)
    append_rows([NEW], aliases, "aliases")
    assert (aliases.is_symlink(), real.stat().st_mode & 0o777) == (True, 0o600)
    assert real.read_text(encoding="utf-8").endswith('"新,名",demo-甲镇,\'=y\n')


def test_accepting_aliases_fails_as_a_whole(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from audit_lib.tables import aliases as module

    add_one(data)
    file = data.parent / "2019.txt"
    file.write_text(PAGE.replace("2018", "2019").replace("甲镇", "甲镇政府"), encoding="utf-8")
    added = add_notice(data, file, "demo")
    before, real = read_tree(data), module.append_rows

    def fail_at_aliases(rows: list[dict[str, Any]], path: Path, name: str) -> Any:
        if name == "aliases":
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(rows, path, name)

    monkeypatch.setattr(module, "append_rows", fail_at_aliases)
    with pytest.raises(OSError, match="No space left"):
        accept_suggestions(data, added.reading.source, added.suggestions)
    assert read_tree(data) == before
    monkeypatch.undo()
    assert accept_suggestions(data, added.reading.source, added.suggestions) == 1
