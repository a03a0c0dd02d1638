"""A model as a file: JSON with a hash over everything else in it, which is checked before the rest is believed.

A file may come from anywhere, and whoever changes it can reckon its hash anew. So the sizes that it tells, the shapes
of its parts and every number are checked too; what does not fit is refused in words, never by a stack trace.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from reports.linear.stages import TwoStages

#: A model file larger than this is refused unread: the real ones are a few megabytes.
LARGEST_FILE = 64 * 1024 * 1024

_Model = TypeVar("_Model")


class ModelDamaged(Exception):
    """A model file is missing, cut short, altered, or made for other features."""


class Unfit(ValueError):
    """A part of a model file cannot be what it should be; the message goes on from "the … model"."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """How the files of one kind of model are named, told from others, and refused."""

    name: str  #: as in "the tone model"
    header: Mapping[str, str | int]  #: what a file of this kind and version begins with
    damaged: type[ModelDamaged]  #: raised for whatever is wrong with a file

    def load(self, shipped: Traversable, path: Path | None) -> bytes:
        """The bytes of the file at `path`, or of the shipped one. Raises `damaged`."""
        try:
            if path is None:
                return shipped.read_bytes()
            if path.stat().st_size > LARGEST_FILE:
                raise self.damaged(f"the {self.name} model is larger than any real one")
            return path.read_bytes()
        except OSError as error:
            raise self.damaged(f"the {self.name} model cannot be read: {error}") from error

    def read(self, content: bytes, build: Callable[[Mapping[str, Any], str], _Model]) -> _Model:
        """What `build` makes of a whole document and its hash. Raises `damaged`.

        `build` may raise `Unfit`, and whatever wrong types and missing parts raise.
        """
        try:
            if len(content) > LARGEST_FILE:
                raise Unfit("is larger than any real one")
            document = json.loads(content)
            if any(document[field] != value for field, value in self.header.items()):
                raise Unfit("was made for another version of this library, or for something else")
            digest = document_digest(document)
            if document["sha256"] != digest:
                raise Unfit("does not match its hash")
            return build(document, digest)
        except Unfit as error:
            raise self.damaged(f"the {self.name} model {error}") from error
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise self.damaged(f"the {self.name} model is not a model file") from error

    def write(self, weights: TwoStages, training: Mapping[str, Any]) -> bytes:
        """The bytes of a file: hash, header, sizes, what the model was trained on, weights."""
        document: dict[str, Any] = {
            **self.header,
            "sizes": sizes_of(weights),
            "training": training,
            "weights": {field.name: getattr(weights, field.name) for field in fields(weights)},
        }
        document = {"sha256": document_digest(document), **document}
        return (json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def document_digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of everything in the file but the hash itself, in one canonical spelling."""
    hashed = {name: value for name, value in document.items() if name != "sha256"}
    canonical = json.dumps(hashed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def read_stages(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `TwoStages` from a document's weights, to make a model's own weights with."""
    return {
        "vocabulary": texts(payload["vocabulary"]),
        "inverse": numbers(payload["inverse"]),
        "grams": tuple(numbers(row) for row in payload["grams"]),
        "intercepts": numbers(payload["intercepts"]),
        "figures": tuple(numbers(row) for row in payload["figures"]),
        "biases": numbers(payload["biases"]),
    }


def texts(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)


def numbers(values: Sequence[float], count: int | None = None) -> tuple[float, ...]:
    """Finite numbers, `count` of them where it is given. Raises `Unfit`."""
    found = tuple(float(value) for value in values)
    if count is not None and len(found) != count:
        raise Unfit("has parts that do not fit each other")
    if not all(map(math.isfinite, found)):
        raise Unfit("holds weights that are no numbers")
    return found


def sizes_of(weights: TwoStages) -> dict[str, int]:
    """What a file tells of its sizes."""
    return {
        "grams": len(weights.vocabulary),
        "figures": len(weights.figures[0]),
        "classes": len(weights.figures),
    }


def check_sizes(weights: TwoStages, sizes: Mapping[str, int], *, classes: int, figures: int) -> None:
    """Raises `Unfit` where the parts do not fit each other, the sizes told, or the model's classes and figures."""
    grams = len(weights.vocabulary)
    shapes = (
        sizes["grams"] == grams == len(weights.inverse) == len(set(weights.vocabulary)),
        sizes["classes"] == classes == len(weights.grams) == len(weights.figures),
        len(weights.intercepts) == len(weights.biases) == classes,
        sizes["figures"] == figures,
        all(len(row) == grams for row in weights.grams),
        all(len(row) == figures for row in weights.figures),
    )
    if not all(shapes):
        raise Unfit("has parts that do not fit each other")


def share(value: float) -> float:
    """A number from 0 to 1, such as a threshold. Raises `Unfit`."""
    found = float(value)
    if not 0 <= found <= 1:
        raise Unfit("holds a share that is none")
    return found
