"""Paragraphs to a tree. Which label opens a part depends on what stood before it: context lives here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from flask_babel import lazy_gettext as _l

from consult.drafts.parsing.errors import EmptyText, FileTooLarge
from consult.drafts.parsing.labels import (
    ANNEX,
    LONGEST_MARKED_HEADING,
    Label,
    Level,
    article_of,
    division_of,
    is_heading_like,
    item_of,
    tidy_heading,
)
from consult.drafts.parsing.marks import NOTE, Block, block_of
from consult.drafts.parsing.source import LeftOut, Paragraph, paragraphs_of, read_marks
from consult.drafts.parsing.tree import CONTAINERS, Accounted, Became, Kind, Node, ParsedDraft

#: Characters of a whole draft; the longest Chinese code has 107,000.
MAX_CHARACTERS = 1_000_000
MAX_PARAGRAPHS = 20_000

_LONGEST_TITLE = 120
_STAGE = re.compile(r"[（(〔\[【].{0,24}(?:稿|草案|送审|审议|试行|暂行).{0,8}[)）〕\]】]")
_FINISHED = re.compile(r"[。；;：:！!？?”\"』」）)]$")
#: After these a sentence goes on.
_OPEN_END = re.compile(r"(?:[，,、（(《“]|见|和|及|与|或|的)$")
_CAPTION = re.compile(r"[\s\u3000]*【(?P<caption>[^】]{1,30})】[\s\u3000]*")
#: Chapters that drafts often leave without a number.
_BARE_HEADINGS = frozenset(("总则", "分则", "罚则", "附则"))
_DIVISIONS = {Level.PART: Kind.PART, Level.CHAPTER: Kind.CHAPTER, Level.SECTION: Kind.SECTION}


def parse_text(text: str) -> ParsedDraft:
    """Read a draft's text.

    A text with articles (第一条 …) is read as a statute, any other as a plan: 一、 （一） 1. （1）. A text
    without any numbering gives one node per paragraph, so that each can be spoken on.

    Raises:
        EmptyText: there is nothing in it.
        FileTooLarge: it is longer than any draft.
    """
    if len(text) > MAX_CHARACTERS:
        raise FileTooLarge
    rules: list[LeftOut] = []
    source = paragraphs_of(text, rules)
    if not source:
        raise EmptyText
    if len(source) > MAX_PARAGRAPHS:
        raise FileTooLarge
    paragraphs = list(read_marks(source))
    if not paragraphs:
        raise EmptyText
    draft = _Builder(paragraphs, source).build()
    draft.account += [Accounted(rule.text, Became.LEFT_OUT, reason=rule.reason) for rule in rules]
    return draft


class _Builder:
    def __init__(self, paragraphs: Sequence[Paragraph], source: list[str]) -> None:
        self._paragraphs = paragraphs
        self._draft = ParsedDraft("", [], [], source, [])
        self._is_statute = _has_articles(paragraphs)
        depths = [p.depth for p in paragraphs[1:] if p.depth and _division(p) is None]
        self._outer_depth = min(depths, default=0)  #: of the headings without a label below the title
        #: The open nodes from the outside in, each with its level.
        self._open: list[tuple[Level, Node]] = []
        self._last_article = 0
        self._last_divisions: dict[Level, int] = {}  #: numbers of the open 编, 章 and 节
        self._quoted = 0  #: quotation marks still open, in the article being read
        self._previous = ""
        self._before = Block.WORDS  #: what stood before
        self._notes: set[str] = set()  #: the names of the notes so far
        self._became: dict[int, tuple[Became, str]] = {}  #: by place in the source

    def build(self) -> ParsedDraft:
        start = self._take_title()
        self._account(0, start, Became.TITLE)
        past = self._pass_contents(start)
        self._account(start, past, Became.CONTENTS)
        for block, run in groupby(self._paragraphs[past:], key=lambda p: p.block):
            if block is Block.WORDS:
                for paragraph in run:
                    self._place(paragraph)
                    self._previous, self._before = paragraph.text, block
            elif block is Block.TABLE:
                self._place_block(block, list(run))
            else:
                for paragraph in run:
                    self._place_block(block, [paragraph])
            self._before = block
        if not self._draft.nodes:
            self._without_numbering()
        self._draft.account = [
            Accounted(
                text, *self._became.get(place, (Became.LEFT_OUT, "")), reason="" if place in self._became else "rule"
            )
            for place, text in enumerate(self._draft.paragraphs)
        ]
        return self._draft

    def _account(self, start: int, end: int, became: Became) -> None:
        for paragraph in self._paragraphs[start:end]:
            self._became.setdefault(paragraph.place, (became, ""))

    def _place_block(self, block: Block, run: Sequence[Paragraph]) -> None:
        """A table, a note or a picture: below the clause it follows, the rows of a table in one."""
        lines = [paragraph.text for paragraph in run]
        became = (Became(block), self._where())
        if self._draft.nodes:
            self._hang_block(block, "\n".join(lines))
        else:
            self._draft.preamble += lines
            became = (Became.PREAMBLE, "")
        for paragraph in run:
            self._became.setdefault(paragraph.place, became)
        if block is Block.NOTE and (match := NOTE.fullmatch(lines[0])):
            if match[1] in self._notes:
                self._warn(_l("There are two notes [^%(name)s].", name=match[1]))
            self._notes.add(match[1])

    def _hang_block(self, block: Block, text: str) -> None:
        node = Node(Kind.PARAGRAPH, None, "", "", text)
        owner = self._open[-1][1]
        siblings = owner.children
        is_in_chapter = owner.kind in CONTAINERS
        if is_in_chapter and siblings and siblings[-1].kind is Kind.PARAGRAPH and self._belongs(block):
            # What belongs to a paragraph that is a clause by itself is part of that clause.
            siblings[-1].children.append(node)
        else:
            siblings.append(node)

    def _belongs(self, block: Block) -> bool:
        return block is Block.NOTE or (block is Block.PICTURE and self._before is Block.WORDS)

    def _where(self) -> str:
        """The names of the clause that is open, else of the chapter."""
        names = [(node.kind in CONTAINERS, node.label or node.heading) for _, node in self._open]
        clause = "".join(name for is_chapter, name in names if not is_chapter)
        return clause or next((name for is_chapter, name in reversed(names) if name), "")

    def _take_title(self) -> int:
        """The title is the first line, unless that is already a part of the text."""
        first = self._paragraphs[0]
        if self._label(first) is not None or len(first.text) > _LONGEST_TITLE or len(self._paragraphs) == 1:
            return 0
        if first.block is not Block.WORDS:
            return 0
        if first.text.endswith(("。", "；", "：")) and not first.depth:
            return 0
        self._draft.title = tidy_heading(first.text)
        self._previous = first.text
        if len(self._paragraphs) > 1 and _STAGE.fullmatch(self._paragraphs[1].text):
            self._draft.title += self._paragraphs[1].text
            return 2
        return 1

    def _pass_contents(self, start: int) -> int:
        """Put a table of contents into the preamble: from 目录 until its first heading comes again."""
        end = min(start + 12, len(self._paragraphs))
        first = next((i for i in range(start, end) if tidy_heading(self._paragraphs[i].text) == "目录"), None)
        if first is None:
            return start
        listed: set[tuple[Level, str, str]] = set()
        times = Counter(_key(label) for p in self._paragraphs if (label := _division(p)))
        for place in range(first + 1, len(self._paragraphs)):
            paragraph = self._paragraphs[place]
            if paragraph.block is not Block.WORDS:
                return start
            label = _division(paragraph)
            if self._is_article(paragraph) or (label is None and not is_heading_like(paragraph.text)):
                return start
            if label is not None:
                if times[_key(label)] < 2 and not listed:
                    return start
                if _key(label) in listed and _starts_again(self._paragraphs[first + 1], label):
                    self._draft.preamble.extend(p.text for p in self._paragraphs[start:place])
                    return place
                listed.add(_key(label))
        return start

    def _is_article(self, paragraph: Paragraph) -> bool:
        return self._is_statute and article_of(paragraph.text) is not None

    def _label(self, paragraph: Paragraph) -> Label | None:
        """The label that opens a part here, in this text and at this place."""
        label = _division(paragraph)
        if label is not None:
            return label if self._quoted <= 0 or self._is_next_division(label) else None
        label = article_of(paragraph.text)
        if label is not None:
            return label if self._opens_article(label) else None
        return item_of(paragraph.text)

    def _is_next_division(self, label: Label) -> bool:
        """Whether a heading counts on from the last: then it is believed although a quotation mark is missing."""
        return int(label.number) == self._last_divisions.get(label.level, 0) + 1

    def _opens_article(self, label: Label) -> bool:
        number, _, sub = label.number.partition("-")
        is_next = int(number) == self._last_article + 1 or (bool(sub) and int(number) == self._last_article)
        if is_next:
            return True
        if self._quoted > 0:
            # 将第五条修改为：“第五条 …”: quoted articles belong to what quotes them.
            return False
        # Elsewhere only a label set apart, after a finished sentence or a heading, is believed: lines
        # of a text pasted from a PDF break in the middle of a sentence, before any 第九条.
        is_after_break = bool(_FINISHED.search(self._previous)) or self._is_after_heading()
        return label.is_apart and is_after_break

    def _is_after_heading(self) -> bool:
        return bool(self._open) and self._open[-1][1].kind in CONTAINERS and not self._open[-1][1].children

    def _entitles_annex(self, paragraph: Paragraph) -> bool:
        """Whether a line is the heading of the annex whose label stood alone on the line before."""
        if not self._open or not ANNEX.fullmatch(self._previous) or not is_heading_like(paragraph.text):
            return False
        annex = self._open[-1][1]
        if annex.number is not None or annex.kind is not Kind.CHAPTER or annex.heading or annex.children:
            return False
        annex.heading = tidy_heading(paragraph.text)
        self._became.setdefault(paragraph.place, (Became.ANNEX, self._where()))
        return True

    def _place(self, paragraph: Paragraph) -> None:
        label = self._label(paragraph)
        if label is None or (self._is_statute and not self._draft.nodes and label.level >= Level.ITEM_HAN):
            if label is None and self._entitles_annex(paragraph):
                return
            if self._draft.nodes and self._opens_annex(paragraph):
                self._became.setdefault(paragraph.place, (Became.ANNEX, self._where()))
                return
            if self._is_heading(paragraph):
                self._add_heading(paragraph)
                became = Became.HEADING
            else:
                became = self._add_text(paragraph.text)
        elif label.level in _DIVISIONS:
            became = Became.HEADING
            self._quoted = 0
            self._last_divisions = {k: n for k, n in self._last_divisions.items() if k < label.level}
            self._last_divisions[label.level] = int(label.number)
            heading = tidy_heading(label.rest)
            self._push(label.level, Node(_DIVISIONS[label.level], label.number, label.printed, heading, ""))
        elif label.level is Level.ARTICLE:
            self._add_article(label)
            became = Became.CLAUSE
        else:
            became = self._add_item(label)
        self._became.setdefault(paragraph.place, (became, self._where()))
        self._count_quotes(paragraph.text)

    def _is_heading(self, paragraph: Paragraph) -> bool:
        """Whether a paragraph without a label is a heading: 附则 alone, or marked as one."""
        if self._is_statute and self._quoted <= 0 and tidy_heading(paragraph.text) in _BARE_HEADINGS:
            return True
        is_marked = bool(paragraph.depth) and len(paragraph.text) <= LONGEST_MARKED_HEADING
        return is_marked and (bool(self._draft.nodes) or not self._is_statute)

    def _add_heading(self, paragraph: Paragraph) -> None:
        """A heading without a label: by its depth a chapter, or a section of one."""
        level = Level.CHAPTER if paragraph.depth <= self._outer_depth else Level.SECTION
        self._push(level, Node(_DIVISIONS[level], None, "", tidy_heading(paragraph.text), ""))

    def _add_article(self, label: Label) -> None:
        number = int(label.number.partition("-")[0])
        is_next = number == self._last_article + 1 or (number == self._last_article and "-" in label.number)
        if not is_next:
            if self._last_article == 0:
                self._warn(_l("The first article is %(label)s.", label=label.printed))
            elif number == 1:
                self._warn(_l("The numbers of the articles start again at %(label)s.", label=label.printed))
            else:
                before = self._last_article
                self._warn(_l("%(label)s follows article %(before)s.", label=label.printed, before=before))
        self._last_article = number
        self._quoted = 0
        heading, text = "", label.rest
        if match := _CAPTION.match(text):
            heading, text = match["caption"], text[match.end() :]
        self._push(Level.ARTICLE, Node(Kind.ARTICLE, label.number, label.printed, heading, text))

    def _add_item(self, label: Label) -> Became:
        kind, heading, text = Kind.ITEM, "", label.rest
        if label.level is Level.ITEM_HAN and not self._is_statute and is_heading_like(label.rest):
            # A headed 一、 of a plan holds its measures, as a chapter does its articles.
            kind = Kind.SECTION if any(level is Level.CHAPTER for level, _ in self._open) else Kind.CHAPTER
            heading, text = tidy_heading(label.rest), ""
        elif not self._is_statute and is_heading_like(label.rest):
            heading, text = tidy_heading(label.rest), ""
        level = Level.SECTION if kind is Kind.SECTION else label.level
        self._push(level, Node(kind, label.number, label.printed, heading, text))
        return Became.ITEM if kind is Kind.ITEM else Became.HEADING

    def _push(self, level: Level, node: Node) -> None:
        """Close what this node ends, and hang it below what stays open."""
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        self._hang(node)
        self._open.append((level, node))

    def _hang(self, node: Node) -> None:
        (self._open[-1][1].children if self._open else self._draft.nodes).append(node)

    def _add_text(self, text: str) -> Became:
        if not self._draft.nodes:
            self._draft.preamble.append(text)
            return Became.PREAMBLE
        if self._is_statute:
            # A paragraph after items is the next 款 of the article, not a part of the last item.
            while self._open and self._open[-1][0] > Level.ARTICLE and self._has_open_article():
                self._open.pop()
        owner = self._open[-1][1]
        if owner.kind is Kind.ARTICLE and not owner.text and not owner.children:
            owner.text = text
            return Became.PARAGRAPH
        number = None
        if owner.kind is Kind.ARTICLE:
            number = str(2 + sum(1 for child in owner.children if child.kind is Kind.PARAGRAPH and child.number))
        self._hang(Node(Kind.PARAGRAPH, number, "", "", text))
        return Became.PARAGRAPH

    def _has_open_article(self) -> bool:
        return any(level is Level.ARTICLE for level, _ in self._open)

    def _opens_annex(self, paragraph: Paragraph) -> bool:
        match = ANNEX.fullmatch(paragraph.text)
        if match is None or self._quoted > 0:
            return False
        rest = match["rest"].strip()
        if rest and (not is_heading_like(rest) or item_of(rest) is not None):
            return False  # 附件：1.任务分工表 is the list of what follows.
        # In the middle of a sentence 附件1 is spoken of; after a table or picture no sentence is open, and alone on
        # its line, after what may be the list of annexes, it is the next of them.
        is_alone = not rest and not _OPEN_END.search(self._previous) and match["label"] not in ("附图", "附表")
        is_believed = is_alone or bool(paragraph.depth) or self._before is not Block.WORDS
        if not is_believed and not _FINISHED.search(self._previous):
            return False
        self._last_article = 0
        label = re.sub(r"\s", "", match["label"])
        self._push(Level.PART, Node(Kind.CHAPTER, None, label, tidy_heading(rest), ""))
        return True

    def _count_quotes(self, text: str) -> None:
        self._quoted = max(0, self._quoted + text.count("“") - text.count("”"))

    def _without_numbering(self) -> None:
        """A text without any label: each paragraph can be spoken on by itself."""
        for block, run in groupby(self._draft.preamble, key=block_of):
            lines = list(run)
            for text in ["\n".join(lines)] if block is Block.TABLE else lines:
                is_apart = block is Block.WORDS or not self._draft.nodes
                (self._draft.nodes if is_apart else self._draft.nodes[-1].children).append(
                    Node(Kind.PARAGRAPH, None, "", "", text)
                )
        for place, (became, where) in self._became.items():
            if became in (Became.PREAMBLE, Became.CONTENTS):
                self._became[place] = (Became.PARAGRAPH, where)
        self._draft.preamble = []
        if self._draft.nodes:
            self._warn(_l("No numbering was found: each paragraph became a clause."))
        else:
            self._draft.nodes = [Node(Kind.PARAGRAPH, None, "", "", self._draft.title)]
            self._draft.title = ""

    def _warn(self, sentence: str) -> None:
        if len(self._draft.warnings) < 100:
            self._draft.warnings.append(sentence)


def _division(paragraph: Paragraph) -> Label | None:
    return division_of(paragraph.text, is_heading=bool(paragraph.depth))


def _key(label: Label) -> tuple[Level, str, str]:
    return label.level, label.number, re.sub(r"[\s.…·\d]+$", "", tidy_heading(label.rest)).replace(" ", "")


def _starts_again(first: Paragraph, label: Label) -> bool:
    """Whether this heading is the first one that the table of contents listed."""
    listed = _division(first)
    return listed is not None and _key(listed) == _key(label)


def _has_articles(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether the text is a statute: it has a first article, or several."""
    labels = [label for p in paragraphs if (label := article_of(p.text)) and not p.text.startswith("“")]
    return any(label.number == "1" for label in labels) or sum(1 for label in labels if label.is_apart) >= 3
