"""Bulletins read back from the plain values that `canonical.to_plain` made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from reports.bulletin.model import Bulletin


def restore(plain: Mapping[str, Any]) -> Bulletin:
    """The bulletin that was stored: ``restore(to_plain(b)) == b``.

    Raises ValueError when the values are not those of a bulletin of this version.
    """
    try:
        restored: Bulletin = _build(Bulletin, plain)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("these values are not a stored bulletin") from error
    return restored


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _build(kind: Any, value: Any) -> Any:
    """``value`` as the annotation ``kind`` says it should be."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _build_union(get_args(kind), value)
    if origin is Literal or kind is Any:
        return value
    if origin is tuple:
        inner = get_args(kind)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_build(inner[0], item) for item in value)
        return tuple(_build(one, item) for one, item in zip(inner, value, strict=True))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        key, item = get_args(kind)
        return {_build(key, k): _build(item, v) for k, v in value.items()}
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        # What was added since the bulletin was stored is left as its default says; what never had one must be there.
        known = [f for f in fields(kind) if f.name in value or (f.default is MISSING and f.default_factory is MISSING)]
        return kind(**{f.name: _build(hints[f.name], value[f.name]) for f in known})
    if isinstance(kind, type) and issubclass(kind, datetime | date):
        return kind.fromisoformat(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return value


def _build_union(choices: tuple[Any, ...], value: Any) -> Any:
    if value is None:
        return None
    real = [choice for choice in choices if choice is not type(None)]
    return _build(real[0], value) if len(real) == 1 else value
