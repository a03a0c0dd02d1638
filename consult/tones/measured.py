"""The measured errors of the model behind findings, without loading the model: pages show shares corrected by them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from sqlalchemy.orm import Session

from consult.tones.queries import model_behind, summary_of
from reports.estimates.model import Confusion, confusion_of


def confusion_behind(own: Session, model_version: str) -> Confusion | None:
    """How often the model that made findings of a version took one tone for another; None when nobody measured it."""
    model = model_behind(own, model_version)
    if model is not None:
        return confusion_of(summary_of(model))
    digest, summary = _shipped()
    confusion = confusion_of(summary)
    return confusion if any(part.endswith(f"+{digest[:8]}") for part in model_version.split("/")) else None


def shipped_summary() -> Mapping[str, Any]:
    """What the model that comes with the program learnt from, and how it was measured."""
    return _shipped()[1]


@lru_cache(maxsize=1)
def _shipped() -> tuple[str, Mapping[str, Any]]:
    """The hash and the summary of the model that comes with the program, which cannot change while it runs."""
    document: dict[str, Any] = json.loads((files("reports") / "tone" / "model.json").read_bytes())
    return str(document["sha256"]), document["training"]
