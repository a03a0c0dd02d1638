"""Keep the message catalogs: extract, update, compile, and say what is not translated.

Usage: python tools/i18n.py FEATURE [FEATURE …] | --all [--check]
A feature's catalog is ``consult/FEATURE/translations/zh/LC_MESSAGES/messages.po``; its messages are
those of ``consult/FEATURE/`` and ``consult/templates/FEATURE/``. The feature ``web`` also holds those of
the layouts, components, error pages and of the modules directly in ``consult/``. Msgids are English.
"""

from __future__ import annotations

import ast
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "consult"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    # The message of a situation is shown translated.
    **dict.fromkeys(("Situation", "NotFound", "NotAllowed", "Conflict", "IllegalTransition", "InvalidInput"), None),
    **dict.fromkeys(("Unavailable", "SignInRefused", "Telling", "LinkExpired"), None),
    **dict.fromkeys(("FileRefused", "SignInNeeded", "PhoneNotVerified", "ChallengeFailed"), None),
    **dict.fromkeys(("CommentingClosed", "PeriodTooShort", "NotPublishable"), None),
}
METHODS = [("**/migrations/**", "ignore"), ("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}}
WEB_TEMPLATES = ("layouts", "components", "errors")


def folders(feature: str) -> list[Path]:
    """The folders whose messages belong to a feature."""
    found = [PACKAGE / feature, PACKAGE / "templates" / feature]
    if feature == "web":
        found += [PACKAGE / "templates" / name for name in WEB_TEMPLATES]
        found += [PACKAGE / name for name in ("jobs", "audit", "vault")]
        found += [PACKAGE / "templates" / name for name in ("jobs", "audit", "vault")]
    return [f for f in found if f.is_dir()]


def situations(source: str) -> list[str]:
    """Class-level ``message = "…"`` of situations, which no call names."""
    return [
        statement.value.value
        for one in ast.walk(ast.parse(source))
        if isinstance(one, ast.ClassDef)
        for statement in one.body
        if isinstance(statement, ast.Assign)
        and [getattr(target, "id", "") for target in statement.targets] == ["message"]
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    ]


def extract(feature: str) -> Catalog:
    """Every message of a feature."""
    catalog = Catalog(locale="zh", project="consult", charset="utf-8")
    for folder in folders(feature):
        for name, line, message, comments, context in extract_from_dir(
            folder, METHODS, OPTIONS, KEYWORDS, comment_tags=("i18n:",), directory_filter=lambda d: True
        ):
            place = [(str((folder / name).relative_to(ROOT)), line)]
            catalog.add(message, None, place, auto_comments=comments, context=context)
        for path in folder.rglob("*.py"):
            for message in situations(path.read_text()):
                catalog.add(message, None, [(str(path.relative_to(ROOT)), 1)])
    if feature == "web":
        for path in PACKAGE.glob("*.py"):
            for message in situations(path.read_text()):
                catalog.add(message, None, [(str(path.relative_to(ROOT)), 1)])
    return catalog


def path_of(feature: str) -> Path:
    return PACKAGE / feature / "translations" / "zh" / "LC_MESSAGES" / "messages.po"


def is_translated(message: object) -> bool:
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return not message.fuzzy and all(strings) if message.id else True


def strings_of(catalog: Catalog) -> set[str]:
    """What a catalog says; its header holds the time it was made and is left out."""
    return {repr((_listed(m.id), _listed(m.string))) for m in catalog if m.id}


def _listed(text: object) -> list[object]:
    return list(text) if isinstance(text, list | tuple) else [text]


def update(feature: str, *, check: bool) -> list[str]:
    """Bring one catalog up to date; what is missing in it. With ``check`` nothing is written."""
    path = path_of(feature)
    fresh = extract(feature)
    if not fresh._messages:
        return []
    kept = read_po(BytesIO(path.read_bytes()), locale="zh") if path.exists() else Catalog(locale="zh")
    # The header tells no time, so that the same messages give the same files.
    fixed = datetime(2026, 1, 1, tzinfo=UTC)
    for catalog in (fresh, kept):
        catalog.creation_date = catalog.revision_date = fixed
    before = {m.id: m.string for m in kept if m.id}
    kept.update(fresh, no_fuzzy_matching=True)
    kept.obsolete.clear()
    missing = [f"{feature}: {m.id!r}" for m in kept if m.id and not is_translated(m)]
    if check:
        missing += [f"{feature}: catalog lacks {m.id!r}" for m in fresh if m.id and m.id not in before]
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or strings_of(read_mo(BytesIO(compiled.read_bytes()))) != strings_of(kept):
            missing.append(f"{feature}: {compiled.relative_to(ROOT)} is not compiled from its catalog")
        return missing
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, kept, width=110, omit_header=False, sort_output=True, include_lineno=False)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, kept)
    return missing


def features() -> list[str]:
    """Every feature that has messages."""
    return sorted(
        p.name
        for p in PACKAGE.iterdir()
        if p.is_dir() and (p / "__init__.py").exists() and p.name not in ("jobs", "audit", "vault", "migrations")
    )


def main() -> None:
    check = "--check" in sys.argv
    named = [a for a in sys.argv[1:] if not a.startswith("--")]
    missing = [m for feature in named or features() for m in update(feature, check=check)]
    print("\n".join(missing) or "every message is translated")
    raise SystemExit(1 if missing else 0)


if __name__ == "__main__":
    main()
