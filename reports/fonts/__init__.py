"""Fonts for documents and charts, and where an office puts its own.

Noto Sans SC and Noto Serif SC (SIL Open Font License) come from the package pylopdf-fonts-zh-cn and
are complete; FandolFang, FandolKai and FandolSong Bold (GPL 3 with font exception, see COPYING) lie
beside this file and give 仿宋, 楷体 and 小标宋 their faces. An office that has licensed the official
faces puts them into a folder named by the environment variable ``REPORTS_FONTS``; they then win.
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pylopdf_fonts_zh_cn
from matplotlib.ft2font import FT2Font

SHIPPED = Path(__file__).parent
VARIABLE = "REPORTS_FONTS"

#: Official faces by the family names under which they are sold, best first, then what we ship.
_FANG = ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "STFangsong")
_KAI = ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "STKaiti")
_HEI = ("SimHei", "黑体", "STHeiti")
_BIAOSONG = ("FZXiaoBiaoSong-B05S", "方正小标宋简体", "FZXiaoBiaoSong-B05", "STZhongsong", "华文中宋")
_SONG = ("SimSun", "宋体", "STSong")


@dataclass(frozen=True, slots=True)
class Faces:
    """Family names for each role, in order of preference; the last always is complete."""

    fang: tuple[str, ...]
    kai: tuple[str, ...]
    hei: tuple[str, ...]
    biaosong: tuple[str, ...]
    song: tuple[str, ...]
    bold_biaosong: bool  #: whether the 小标宋 in use is the bold cut of a Song
    folders: tuple[Path, ...]


def sans_path() -> Path:
    """Noto Sans SC."""
    return Path(pylopdf_fonts_zh_cn.sans_path())


def serif_path() -> Path:
    """Noto Serif SC."""
    return Path(pylopdf_fonts_zh_cn.serif_path())


#: What stands for a character that no face has, rather than an empty box that says nothing.
UNKNOWN_GLYPH = "〓"


def drawable(text: str) -> str:
    """The text with 〓 for whatever the shipped faces cannot draw, and without joiners and selectors of variants."""
    known = _complete()
    kept = (c for c in text if ord(c) in known or c == "\n" or unicodedata.category(c) not in ("Cf", "Mn", "Cc"))
    return "".join(c if ord(c) in known or c == "\n" else UNKNOWN_GLYPH for c in kept)


@lru_cache(maxsize=1)
def _complete() -> frozenset[int]:
    """Characters of both Noto faces, one of which ends every list of `Faces`."""
    return frozenset(FT2Font(str(sans_path())).get_charmap()) & frozenset(FT2Font(str(serif_path())).get_charmap())


def own_folder() -> Path | None:
    """The office's folder of fonts, when it is set and exists."""
    named = os.environ.get(VARIABLE, "")
    folder = Path(named) if named else None
    return folder if folder is not None and folder.is_dir() else None


def faces(folder: Path | None = None) -> Faces:
    """The faces to use, with the office's own first where its folder has them."""
    folder = folder or own_folder()
    own = _families(folder) if folder is not None else frozenset()
    biaosong = _own(_BIAOSONG, own)
    noto = sans_path().parent
    return Faces(
        fang=(*_own(_FANG, own), "FandolFang R", "Noto Serif SC"),
        kai=(*_own(_KAI, own), "FandolKai", "Noto Serif SC"),
        hei=(*_own(_HEI, own), "Noto Sans SC"),
        biaosong=(*biaosong, "FandolSong", "Noto Serif SC"),
        song=(*_own(_SONG, own), "Noto Serif SC"),
        bold_biaosong=not biaosong,
        folders=(*((folder,) if folder is not None else ()), SHIPPED, noto),
    )


def _own(wanted: tuple[str, ...], present: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in wanted if name in present)


@lru_cache(maxsize=8)
def _families(folder: Path) -> frozenset[str]:
    """Family names of the fonts in a folder; files that are no fonts are passed over."""
    found: set[str] = set()
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in {".ttf", ".otf", ".ttc"}:
            try:
                found.add(FT2Font(str(path)).family_name)
            except RuntimeError:
                continue
    return frozenset(found)
