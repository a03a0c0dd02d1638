"""One bulletin in five forms. Every renderer prints what the bulletin holds and computes nothing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from reports.bulletin.model import Bulletin
from reports.documents.data import render_json
from reports.documents.page import render_html
from reports.documents.paper import render_pdf
from reports.documents.sheets import render_xlsx
from reports.documents.word import render_docx

RENDERERS: Mapping[str, Callable[[Bulletin], bytes]] = {
    "html": render_html,
    "pdf": render_pdf,
    "docx": render_docx,
    "xlsx": render_xlsx,
    "json": render_json,
}

__all__ = ["RENDERERS", "render_docx", "render_html", "render_json", "render_pdf", "render_xlsx", "write_all"]


def write_all(bulletin: Bulletin, out: Path, stem: str = "bulletin") -> dict[str, Path]:
    """Write the five files into a folder, by format.

    All are rendered before the first is written, and each takes its place at once, so that nobody finds
    half a file. Raises OSError when the folder cannot be written.
    """
    rendered = {form: render(bulletin) for form, render in RENDERERS.items()}
    out.mkdir(parents=True, exist_ok=True)
    written = {}
    for form, data in rendered.items():
        target = out / f"{stem}.{form}"
        handle, draft = tempfile.mkstemp(dir=out, prefix=f".{stem}.", suffix=f".{form}")
        with open(handle, "wb") as file:
            file.write(data)
        os.chmod(draft, 0o644)
        os.replace(draft, target)
        written[form] = target
    return written
