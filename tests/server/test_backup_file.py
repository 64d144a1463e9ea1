"""A backup's archive is whole or it is refused, and it never overwrites another."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from fours.server.backup_file import MANIFEST, SUMS, BackupWriter, opened
from fours.server.errors import ServerError


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "store.tar"
    photo = tmp_path / "photo"
    photo.write_bytes(b"\x89" * 5000)
    with BackupWriter(path) as writer:
        writer.add(MANIFEST, json.dumps({"format": 1}).encode())
        writer.add_file("files/1/photo.jpg", photo)
    return path


def test_what_was_written_is_read_back(archive: Path, tmp_path: Path) -> None:
    with opened(archive) as reader:
        assert reader.manifest == {"format": 1}
        reader.extract("files/1/photo.jpg", tmp_path / "out" / "photo.jpg")
    assert (tmp_path / "out" / "photo.jpg").read_bytes() == b"\x89" * 5000
    assert (tmp_path / "out" / "photo.jpg").stat().st_mode & 0o777 == 0o600
    assert archive.stat().st_mode & 0o777 == 0o600


def test_a_single_changed_byte_is_noticed(archive: Path) -> None:
    data = bytearray(archive.read_bytes())
    data[data.index(b"\x89" * 5000) + 2500] = 0
    archive.write_bytes(data)
    with pytest.raises(ServerError, match="已损坏"), opened(archive):
        pass


@pytest.mark.parametrize("share", [0.1, 0.5, 0.7])
def test_a_cut_archive_is_noticed(archive: Path, share: float) -> None:
    data = archive.read_bytes()
    archive.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ServerError, match="没有恢复任何数据"), opened(archive):
        pass


def test_another_file_is_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing of ours")
    with pytest.raises(ServerError, match="不是完整的备份文件"), opened(path):
        pass


@pytest.mark.parametrize("name", ["../outside", "/etc/cron.d/x", "files/../../x"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "evil.tar"
    with BackupWriter(path) as writer:
        writer.add(MANIFEST, b"{}")
        writer.add(name, b"x")
    with pytest.raises(ServerError, match="文件名不合法"), opened(path):
        pass


def test_a_link_in_the_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "link.tar"
    with tarfile.open(path, "w") as tar:
        link = tarfile.TarInfo("files/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
        listing = b"0" * 64 + b"  files/link\n"
        sums = tarfile.TarInfo(SUMS)
        sums.size = len(listing)
        tar.addfile(sums, io.BytesIO(listing))
    with pytest.raises(ServerError, match="没有恢复任何数据"), opened(path):
        pass


def test_an_existing_file_is_not_overwritten(archive: Path) -> None:
    before = archive.read_bytes()
    with pytest.raises(ServerError, match="已存在"), BackupWriter(archive):
        pass
    assert archive.read_bytes() == before


def test_a_failed_backup_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "half.tar"
    missing = tmp_path / "missing"
    with pytest.raises(FileNotFoundError), BackupWriter(path) as writer:
        writer.add_file("database.dump", missing)
    assert list(tmp_path.iterdir()) == []
