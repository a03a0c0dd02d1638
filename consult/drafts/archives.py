"""The archive of a consultation: one ZIP with a hash of every file, and its verification (rule R15).

The law asks that what a decision was made on is kept whole (重大行政决策程序暂行条例 Art. 33). Anybody can verify an
archive: with ``sha256sum -c SHA256SUMS`` file by file, and with `verify`, which also counts again what was received
and what became of it. No database is needed.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FORMAT = "consult-archive/1"
SUMS, MANIFEST, COMMENTS = "SHA256SUMS", "manifest.json", "comments.json"
#: What an archive may inflate to; beyond it something else was given for one.
MOST_BYTES = 2 * 1024 * 1024 * 1024
MOST_FILES = 10_000
#: Every archive carries this moment as the time of its files, so that the same content gives the same bytes.
_MOMENT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found. An archive is sound when there are no faults."""

    files: int = 0
    comments: int = 0
    fingerprint: str = ""  #: SHA-256 of the list of hashes: equal for equal archives
    title: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        return not self.faults


def packed(files: Mapping[str, bytes], about: Mapping[str, Any]) -> tuple[bytes, str]:
    """An archive of these files with its manifest and list of hashes, and its fingerprint."""
    listed = [{"name": name, "bytes": len(files[name]), "sha256": _sha256(files[name])} for name in sorted(files)]
    manifest = {"format": FORMAT, **about, "files": listed}
    whole = dict(files)
    whole[MANIFEST] = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    sums = "".join(f"{_sha256(whole[name])}  {name}\n" for name in sorted(whole)).encode()
    whole[SUMS] = sums
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (SUMS, MANIFEST, *sorted(files)):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, whole[name])
    return out.getvalue(), _sha256(sums)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def verify(path: Path) -> Verification:
    """Look whether an archive is whole and unchanged, and whether its figures add up. Never raises for a bad file."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _verified(archive)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        return Verification(faults=(f"this is no readable ZIP file: {error}",))


def _verified(archive: zipfile.ZipFile) -> Verification:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        return Verification(faults=("it holds more than an archive can",))
    faults = [f"{name}: stands in the archive twice" for name, n in Counter(names).items() if n > 1]
    if SUMS not in names or MANIFEST not in names:
        return Verification(faults=(*faults, f"{SUMS} or {MANIFEST} is missing: this is no archive of a consultation"))
    sums = archive.read(SUMS)
    expected, unread = _read_sums(sums)
    faults += unread
    faults += [f"{name}: is missing" for name in expected if name not in names]
    faults += [f"{name}: is in no list of hashes" for name in names if name not in expected and name != SUMS]
    for name in expected:
        if name in names and (found := _digest(archive, name)) != expected[name]:
            faults.append(f"{name}: was changed (SHA-256 is {found or 'unreadable'}, listed is {expected[name]})")
    title, counts, comments, more = _figures(archive, names)
    return Verification(len(names), comments, _sha256(sums), title, counts, (*faults, *more))


def _read_sums(data: bytes) -> tuple[dict[str, str], list[str]]:
    expected: dict[str, str] = {}
    faults = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        digest, gap, name = line.partition("  ")
        if not gap or len(digest) != 64 or not name or name in expected:
            faults.append(f"{SUMS}: line {number} cannot be read")
        else:
            expected[name] = digest
    return expected, faults


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with archive.open(name) as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError):
        return ""
    return digest.hexdigest()


def _figures(archive: zipfile.ZipFile, names: list[str]) -> tuple[str, dict[str, int], int, list[str]]:
    """Title, figures counted from the comments, how many there are, and what does not agree with the manifest."""
    try:
        manifest = json.loads(archive.read(MANIFEST))
        comments = json.loads(archive.read(COMMENTS)) if COMMENTS in names else None
        title, stated = str(manifest["title"]), dict(manifest["counts"])
        if manifest["format"] != FORMAT:
            return title, {}, 0, [f"{MANIFEST}: the format {manifest['format']} is not known"]
        if comments is None:
            return title, {}, 0, []
        counted = counts_of(comments)
    except (ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile, OSError, EOFError) as error:
        return "", {}, 0, [f"{MANIFEST} or {COMMENTS} cannot be read: {error}"]
    faults = [
        f"{COMMENTS}: {name} is {counted.get(name, 0)}, but the manifest says {stated.get(name, 0)}"
        for name in sorted(counted.keys() | stated.keys())
        if counted.get(name, 0) != stated.get(name, 0)
    ]
    settled = sum(n for name, n in counted.items() if name.startswith(("outcome:", "refused:")))
    open_ones = counted.get("open", 0)
    if counted["received"] != settled + open_ones:
        faults.append(f"received {counted['received']} is not {settled} decided or refused and {open_ones} open")
    return title, counted, len(comments), faults


def counts_of(comments: list[dict[str, Any]]) -> dict[str, int]:
    """Received, withdrawn, open, and by outcome and reason of refusal, counted from the comments of an archive."""
    counted: Counter[str] = Counter(received=0)
    for comment in comments:
        if comment["state"] == "withdrawn":
            counted["withdrawn"] += 1
            continue
        counted["received"] += 1
        if comment["state"] == "refused":
            counted[f"refused:{comment['refusal_reason']}"] += 1
        elif comment["outcome"]:
            counted[f"outcome:{comment['outcome']}"] += 1
        else:
            counted["open"] += 1
    return dict(counted)
