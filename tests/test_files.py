"""How files are written: whole or not at all, with the mode, the owner and the links that a file had."""

import os
import stat
from pathlib import Path

import pytest

from audit_lib import files
from audit_lib.errors import AuditError
from audit_lib.files import save_bytes


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX modes")
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_a_new_file_has_the_mode_of_the_umask(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        save_bytes(b"new", tmp_path / "made" / "file")
    finally:
        os.umask(before)
    assert [mode_of(each) for each in (tmp_path / "made").iterdir()] == [mode]


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX modes")
@pytest.mark.parametrize("durable", [False, True])
def test_a_file_keeps_its_mode_and_owner_and_a_link_its_target(tmp_path: Path, durable: bool) -> None:
    target, link = tmp_path / "elsewhere" / "target", tmp_path / "link"
    target.parent.mkdir()
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    if os.geteuid() == 0:
        os.chown(target, 12345, 12346)
    owner = target.stat().st_uid, target.stat().st_gid
    save_bytes(b"new", link, durable=durable)
    assert (link.is_symlink(), target.read_bytes(), mode_of(target)) == (True, b"new", 0o640)
    assert (target.stat().st_uid, target.stat().st_gid) == owner


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_what_was_begun_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(old: Path, new: Path) -> None:
        assert new.read_bytes() == b"new"
        raise error

    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(files, "_keep_mode", fail)
    with pytest.raises((KeyboardInterrupt, AuditError)):
        save_bytes(b"new", path)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
    assert path.read_bytes() == b"old"


def test_a_name_as_long_as_a_file_system_allows(tmp_path: Path) -> None:
    path = tmp_path / ("名" * 83 + ".html")  # 254 bytes
    save_bytes(b"new", path)
    assert path.read_bytes() == b"new"
