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

    All are rendered and written beside their places before the first takes its place, so that nobody finds half a
    file, and a folder that cannot be written or is full keeps what it had. Raises OSError then.
    """
    rendered = {form: render(bulletin) for form, render in RENDERERS.items()}
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=f".{stem}.") as beside:
        for form, data in rendered.items():
            (Path(beside) / form).write_bytes(data)
        written = {form: out / f"{stem}.{form}" for form in rendered}
        for form, target in written.items():
            os.replace(Path(beside) / form, target)
    return written
