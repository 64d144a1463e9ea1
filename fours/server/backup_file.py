"""A backup's file: a tar whose last member lists the SHA-256 of all others, so a cut or damaged one is noticed (PF-15)."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from fours.server.errors import ServerError

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
BLOCK = 1024 * 1024


class BackupWriter:
    """Writes members one after the other; the file appears under its name when the block ends well, else not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._partial = path.with_name(path.name + ".part")
        self._sums: dict[str, str] = {}

    def __enter__(self) -> Self:
        if self.path.exists():
            raise ServerError(f"{self.path} 已存在，备份不覆盖旧文件，请换一个文件名。")
        # It holds customers' files and the key that signs sessions: for the owner's eyes only.
        descriptor = os.open(self._partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "w+b")
        self._tar = tarfile.open(fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            lines = "".join(f"{digest}  {name}\n" for name, digest in self._sums.items())
            self._put(SUMS, io.BytesIO(lines.encode()), len(lines.encode()))
            self._tar.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._partial.rename(self.path)
        else:
            self._file.close()
            self._partial.unlink(missing_ok=True)

    def add(self, name: str, data: bytes) -> str:
        """Add bytes under a name; their SHA-256."""
        self._put(name, io.BytesIO(data), len(data))
        self._sums[name] = hashlib.sha256(data).hexdigest()
        return self._sums[name]

    def add_file(self, name: str, path: Path) -> str:
        """Add a file of any size under a name; its SHA-256."""
        with path.open("rb") as file:
            self._sums[name] = _sha256(file)
            file.seek(0)
            self._put(name, file, path.stat().st_size)
        return self._sums[name]

    def _put(self, name: str, file: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, file)


class BackupReader:
    """A whole, undamaged backup; made by `opened`, which has proved every member."""

    def __init__(self, tar: tarfile.TarFile, sums: dict[str, str]) -> None:
        self._tar = tar
        self.sums = sums
        self.manifest: dict[str, Any] = json.loads(self.read(MANIFEST))

    def read(self, name: str) -> bytes:
        return self._file(name).read()

    def extract(self, name: str, target: Path) -> None:
        """Write a member to a file that only its owner reads."""
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for block in _blocks(self._file(name)):
                file.write(block)

    def _file(self, name: str) -> IO[bytes]:
        found = self._tar.extractfile(name)
        assert found is not None  # `opened` took plain files only
        return found


@contextmanager
def opened(path: Path) -> Iterator[BackupReader]:
    """The backup, after all of it was read and compared with its sums. ServerError when it is not one, cut or damaged."""
    with ExitStack() as stack:
        try:
            tar = stack.enter_context(tarfile.open(path, mode="r:"))
            reader = _proved(tar)
        except (tarfile.TarError, KeyError, UnicodeDecodeError, ValueError, EOFError) as error:
            raise ServerError(f"{path} 不是完整的备份文件（{error}），没有恢复任何数据。") from error
        yield reader


def _proved(tar: tarfile.TarFile) -> BackupReader:
    sums = _sums(tar)
    for name, digest in sums.items():
        found = tar.extractfile(name)
        if found is None or _sha256(found) != digest:
            raise ServerError(f"备份文件已损坏：{name} 与校验值不符，没有恢复任何数据。")
    return BackupReader(tar, sums)


def _sums(tar: tarfile.TarFile) -> dict[str, str]:
    """The listed sums; every member must be a plain file under a harmless name, and listed."""
    members = tar.getmembers()
    if not members or members[-1].name != SUMS:
        raise ValueError("末尾缺少校验表")
    listing = tar.extractfile(members[-1])
    assert listing is not None
    sums = {}
    for line in listing.read().decode().splitlines():
        digest, _, name = line.partition("  ")
        sums[name] = digest
    names = [member.name for member in members[:-1]]
    if sorted(names) != sorted(sums) or not all(member.isfile() for member in members):
        raise ValueError("内容与校验表不符")
    if any(name.startswith("/") or ".." in name.split("/") for name in names):
        raise ValueError("文件名不合法")
    return sums


def _sha256(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for block in _blocks(file):
        digest.update(block)
    return digest.hexdigest()


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block
