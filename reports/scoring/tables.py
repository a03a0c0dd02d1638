"""The tables on disk: written once per snownlp model, found by the model's hash, mapped into memory."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.model import Progress
from reports.scoring.source import Source

#: Raised whenever what is in the files changes, so that old tables are left alone and new ones built.
FORMAT = 2
_MANIFEST = "manifest.json"
_VOCABULARY = "vocabulary.txt"
#: What the scorer reads, and nothing else.
_FILES = frozenset(
    [_VOCABULARY]
    + [f"{name}.npy" for name in ("characters", "emissions", "bayes_start", "bayes_unknown", "bayes_words")]
    + [
        f"{level}_{part}.npy"
        for level in ("pair", "triple")
        for part in ("rows", "characters", "firsts", "cells", "values")
    ]
)


_ELSEWHERE = "name a folder that can be written in CONSULT_CACHE"


class TablesDamaged(Exception):
    """A table folder is not what its manifest says."""


class TablesNotBuilt(Exception):
    """The tables could not be built; the message says why."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The arrays of one model, read-only, and the words of its sentiment part."""

    arrays: Mapping[str, NDArray[Any]]
    vocabulary: Sequence[str]
    digest: str
    source_version: str


def default_cache_dir() -> Path:
    """``CONSULT_CACHE`` when it is set, else ``~/.cache/consult``. Raises `TablesNotBuilt` where there is no home."""
    named = os.environ.get("CONSULT_CACHE")
    if named:
        return Path(named)
    try:
        return Path.home() / ".cache" / "consult"
    except RuntimeError as error:
        raise TablesNotBuilt(f"no home folder for the scoring tables: {_ELSEWHERE}") from error


def write_tables(
    folder: Path, arrays: Mapping[str, NDArray[Any]], vocabulary: Sequence[str], *, digest: str, source_version: str
) -> None:
    """Write all tables, and last the manifest that names them and their hashes."""
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    (folder / _VOCABULARY).write_text("\n".join(vocabulary), encoding="utf-8", newline="\n")
    hashes = {path.name: _hash(path) for path in sorted(folder.iterdir())}
    manifest = {"format": FORMAT, "digest": digest, "source_version": source_version, "hashes": hashes}
    (folder / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def read_tables(folder: Path) -> Tables:
    """Map the tables of `folder`. Raises `TablesDamaged` when a file is missing or has another hash (20 ms for all)."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise TablesDamaged(f"{folder} is of another format")
        arrays: dict[str, NDArray[Any]] = {}
        if manifest["hashes"].keys() != _FILES:
            raise TablesDamaged(f"{folder} holds other tables")
        for name, expected in manifest["hashes"].items():
            path = folder / name
            if _hash(path) != expected:
                raise TablesDamaged(f"{path} is not as it was written")
            if path.suffix == ".npy":
                arrays[path.stem] = np.load(path, mmap_mode="r", allow_pickle=False)
        vocabulary = (folder / _VOCABULARY).read_text(encoding="utf-8").split("\n")
        return Tables(arrays, vocabulary, manifest["digest"], manifest["source_version"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TablesDamaged(f"{folder}: {error}") from error


def _hash(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def cached_tables(source: Source, cache_dir: Path, progress: Progress) -> Tables:
    """The tables of `source`, built first when the cache has none or damaged ones.

    Several processes may ask at once: one builds while the others wait for it, and a folder appears under its
    name only when it is whole. Raises `TablesNotBuilt` when the cache cannot be written or the build fails.
    """
    digest = source.digest()
    folder = cache_dir / f"snownlp-{FORMAT}-{digest[:32]}"
    tables = _read_matching(folder, digest)
    if tables is not None:
        return tables
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        with _only_builder(cache_dir / "build.lock"):
            tables = _read_matching(folder, digest)
            return tables if tables is not None else _build(folder, progress)
    except (OSError, TablesDamaged) as error:
        raise TablesNotBuilt(f"cannot write the scoring tables to {cache_dir} ({error}): {_ELSEWHERE}") from error


def _read_matching(folder: Path, digest: str) -> Tables | None:
    try:
        tables = read_tables(folder)
    except TablesDamaged:
        return None
    return tables if tables.digest == digest else None


@contextmanager
def _only_builder(lock: Path) -> Iterator[None]:
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _build(folder: Path, progress: Progress) -> Tables:
    """Build in a child process, so that the memory of the model is given back, then move into place."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="building-", ignore_cleanup_errors=True) as scratch:
        fresh = Path(scratch) / "tables"
        fresh.mkdir()
        _run_builder(fresh, progress)
        # Only damaged tables, or something else by their name, are still here at this point.
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)
        else:
            folder.unlink(missing_ok=True)
        fresh.rename(folder)
    return read_tables(folder)


def _run_builder(folder: Path, progress: Progress) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p or os.getcwd() for p in sys.path)}
    command = [sys.executable, "-m", "reports.scoring.build", str(folder)]
    with (
        tempfile.TemporaryFile("w+") as complaints,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=complaints, text=True) as child,
    ):
        try:
            for line in child.stdout or ():
                done, total = line.split()
                progress(int(done), int(total))
        except BaseException:
            child.kill()
            raise
        if child.wait() != 0:
            complaints.seek(0)
            last = (complaints.read().strip().splitlines() or ["no reason given"])[-1]
            raise TablesNotBuilt(f"the scoring tables could not be built: {last}")
