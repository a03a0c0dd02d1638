"""Bulletins as plain values, and the hash that shows whether two say the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from reports.bulletin.model import Bulletin

#: What may differ between two makings of the same content: when it was made, who signed it, how it is numbered.
_NOT_CONTENT = frozenset({"generated_at", "masthead", "signed_off", "content_sha256", "source_name", "title"})


def to_plain(value: Any) -> Any:
    """Dataclasses, mappings, dates and enums as what `json.dumps` takes."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(to_plain(key)): to_plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, Enum):
        return to_plain(value.value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def content_sha256(bulletin: Bulletin) -> str:
    """The same for the same data, cut-off and model, whenever and by whomever it was made."""
    content = {f.name: to_plain(getattr(bulletin, f.name)) for f in fields(bulletin) if f.name not in _NOT_CONTENT}
    packed = json.dumps(
        content,
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )
    return hashlib.sha256(packed.encode("utf-8")).hexdigest()
