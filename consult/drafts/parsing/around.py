"""What of a web page only stands around its text: ways to other pages, bars to share and print, whoever runs the site.

Nothing with a clause in it, and nothing with much of the page's sentences, is ever taken for that, whatever it is
called.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from consult.drafts.parsing.labels import article_of, division_of

#: Words that class names and ids of such parts are made of, on pages of offices and of common content systems.
_NAMED = (
    "nav navbar navi menu submenu crumb crumbs breadcrumb breadcrumbs position weizhi dqwz search share sharing "
    "bdsharebuttonbox bshare fenxiang print dayin footer foot bottom copyright sidebar logo banner topbar toolbar "
    "related relation xgwd pagination language login links friendlink friendlinks sitemap qrcode ewm toptools"
)
_NAMES = frozenset(_NAMED.split())
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
#: Parts whose words are mostly ways to other pages.
_LINKED = 0.6
#: Share of a page's sentences from which a part is the text itself.
_TEXT = 0.2
_SENTENCE_END = re.compile("[。；]")
_UNREAD = frozenset(("script", "style", "head", "noscript", "template"))

#: Lines before and after a text that pages of offices put there.
_BEFORE = re.compile(
    r"(?:您?(?:现在|当前)?(?:的|所在)*位置|首页[\s>＞|]|网站首页|(?:发布|发文|成文|公布)(?:时间|日期)\s*[:：]|来源\s*[:：]"
    r"|信息来源|作者\s*[:：]|浏览(?:次数|量)|点击(?:数|量)|阅读(?:次数|量)|字体|字号|【?(?:大|打印|收藏)|分享).*"
)
_AFTER = re.compile(
    r".*(?:版权所有|ICP备|公网安备|网站标识码|网站地图|主办(?:单位)?\s*[:：]|承办(?:单位)?\s*[:：]|技术支持\s*[:：]|扫一扫"
    r"|责任编辑\s*[:：]|打印本页|打印】|关闭(?:窗口|本页|】)|分享(?:到|至)|上一(?:篇|条)\s*[:：]|下一(?:篇|条)\s*[:：]"
    r"|相关(?:链接|文章|阅读|解读)\s*[:：]?$|返回顶部).*"
)
_LONGEST_LINE = 120


class Around:
    """Which elements of one page stand around its text."""

    def __init__(self, root: Any) -> None:
        #: Characters, characters of links and ends of sentences, of each element with everything in it.
        self._sums: dict[Any, tuple[int, int, int]] = {}
        # Children come after their parents in the order of the document.
        for element in reversed(list(root.iter())):
            self._sums[element] = self._count(element)
        self._ends = self._sums[root][2]

    def _count(self, element: Any) -> tuple[int, int, int]:
        if not isinstance(element.tag, str) or element.tag in _UNREAD:
            return 0, 0, 0
        texts = [element.text or "", *(child.tail or "" for child in element)]
        own = ["".join(text.split()) for text in texts]
        below = [self._sums[child] for child in element]
        size = sum(map(len, own)) + sum(n[0] for n in below)
        is_link = element.tag == "a" and str(element.get("href") or "").strip()
        linked = size if is_link else sum(n[1] for n in below)
        return size, linked, sum(len(_SENTENCE_END.findall(text)) for text in own) + sum(n[2] for n in below)

    def size(self, element: Any) -> int:
        """How many characters an element has, without blanks."""
        return self._sums.get(element, (0, 0, 0))[0]

    def is_around(self, element: Any) -> bool:
        """Whether this block is no part of the text."""
        size, linked, ends = self._sums.get(element, (0, 0, 0))
        if not size or ends > _TEXT * self._ends:
            return False
        names = _WORD.findall(f"{element.get('class') or ''} {element.get('id') or ''}")
        is_called_so = any(name.lower() in _NAMES for name in names) or element.get("role") in ("navigation", "banner")
        is_linked = linked >= _LINKED * size
        return (is_called_so or is_linked) and not _has_clause(element)


def _has_clause(element: Any) -> bool:
    words = " ".join("".join(element.itertext()).split())
    if words.startswith("附件"):
        return True
    texts = (text.strip() for text in element.itertext())
    return any(text and (article_of(text) or division_of(text)) for text in texts)


def trimmed(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines of a page without those before and after the text, and these."""
    start, end = 0, len(lines)
    while end > start and len(lines[end - 1]) <= _LONGEST_LINE and _AFTER.fullmatch(lines[end - 1].lstrip("# ")):
        end -= 1
    kept, left = [], []
    for at, line in enumerate(lines[start:end]):
        # Where it came from and when stands below the title, before the first sentence.
        if at < 8 and len(line) <= _LONGEST_LINE and _BEFORE.fullmatch(line.lstrip("# ")) and "。" not in line:
            left.append(line)
        else:
            kept.append(line)
    return (kept, [*left, *lines[end:]]) if kept else (list(lines), [])
