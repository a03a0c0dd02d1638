"""What may happen to a work order, by when, and how long its parts may be."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from consult.clock import local_date
from consult.hotline.models import Field, OrderState
from consult.workdays import DueDay, add_working_days
from reports.model import Kind

S = OrderState

#: Which status may follow which (rule R20). A refusal may be taken back after an appeal (R54), what is done
#: may be opened again (R29); what is closed stays closed.
TRANSITIONS: dict[str, frozenset[str]] = {
    S.PENDING: frozenset({S.WAITING, S.REFUSED, S.CLOSED}),
    S.WAITING: frozenset({S.HANDLING, S.DONE, S.RETURNED, S.REFUSED, S.CLOSED}),
    S.HANDLING: frozenset({S.DONE, S.RETURNED, S.CLOSED}),
    S.RETURNED: frozenset({S.WAITING, S.REFUSED, S.CLOSED}),
    S.DONE: frozenset({S.HANDLING, S.CLOSED}),
    S.REFUSED: frozenset({S.PENDING}),
    S.CLOSED: frozenset(),
}
#: Steps that say why, to the log and, where it is theirs to know, to the author.
NEEDS_NOTE = frozenset(
    {
        (S.PENDING, S.CLOSED),
        (S.WAITING, S.RETURNED),
        (S.WAITING, S.CLOSED),
        (S.HANDLING, S.RETURNED),
        (S.HANDLING, S.CLOSED),
        (S.RETURNED, S.WAITING),
        (S.RETURNED, S.CLOSED),
        (S.DONE, S.HANDLING),
        (S.REFUSED, S.PENDING),
        # Done means that there is a result to tell.
        (S.WAITING, S.DONE),
        (S.HANDLING, S.DONE),
    }
)
#: States in which somebody still waits.
OPEN = frozenset({S.PENDING, S.WAITING, S.HANDLING, S.RETURNED})

#: Rule R34: paths on which a demand is not taken up here.
PATHS = ("emergency", "statutory", "already_handled", "secrecy", "out_of_scope", "unlawful")
#: Rule R54: the nine statutory classes of what may not be published, and four more. Criticism is no class.
CLASSES = (
    "constitution",
    "state_security",
    "state_honour",
    "ethnic_hatred",
    "cults",
    "rumours",
    "obscenity_violence",
    "insult",
    "forbidden_by_law",
    "privacy",
    "advertising",
    "irrelevant",
    "duplicate",
)
REASONS = frozenset((*PATHS, *CLASSES))

TITLE = (1, 22)  #: rule R19
BODY = (20, 1000)
DEMAND = (20, 200)
SUPPLEMENT = (0, 800)
NOTE = (4, 500)
RESULT = (4, 4000)
CALL_TITLE = 120  #: an operator's summary line
CALL_BODY = 5000

#: Kinds a message to a leader may have (rule R18).
MESSAGE_KINDS = (Kind.ENQUIRY, Kind.PROPOSAL, Kind.COMPLAINT, Kind.PLEA, Kind.PRAISE)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Working days to answer, by kind (rule R22). Figures for kinds that R22 does not name are ours."""

    by_kind: Mapping[str, int] = field(
        default_factory=lambda: {
            Kind.ENQUIRY: 5,
            Kind.PROPOSAL: 5,
            Kind.PLEA: 7,
            Kind.COMPLAINT: 7,
            Kind.REPORT: 7,
        }
    )
    ceiling: int = 15

    def days(self, kind: str | None) -> int:
        """Working days for a kind; the ceiling where no rule names the kind."""
        return min(self.by_kind.get(kind or "", self.ceiling), self.ceiling)

    def due(self, kind: str | None, start: datetime) -> DueDay:
        """The day by which a demand taken up at this moment is due; that day itself does not count."""
        return add_working_days(local_date(start), self.days(kind))


DEADLINES = Deadlines()


def deadlines(extra: Mapping[str, str]) -> Deadlines:
    """The deadlines of this installation: ``CONSULT_DAYS_ENQUIRY=3`` and the like overrule the defaults.

    Raises ValueError naming a setting that is no number of days.
    """
    by_kind, ceiling = dict(DEADLINES.by_kind), DEADLINES.ceiling
    for kind in Kind:
        written = extra.get(f"DAYS_{kind.upper()}")
        if written is not None:
            by_kind[kind] = _days(f"CONSULT_DAYS_{kind.upper()}", written)
    if "DAYS_CEILING" in extra:
        ceiling = _days("CONSULT_DAYS_CEILING", extra["DAYS_CEILING"])
    return Deadlines(by_kind, ceiling)


def _days(name: str, written: str) -> int:
    if not (written.isascii() and written.isdigit() and 0 < int(written) < 366):
        raise ValueError(f"{name} must be a number of working days, not {written!r}")
    return int(written)


def can_move(before: str, after: str) -> bool:
    """Whether a work order may go from one status to another."""
    return after in TRANSITIONS[before]


def desk_moves(state: str, return_decided: bool) -> list[str]:
    """The steps that the desk offers, besides the review of what is pending."""
    steps = TRANSITIONS[state]
    if state == S.PENDING:
        steps = frozenset({S.CLOSED})
    if return_decided:
        steps -= {S.RETURNED}
    return [step for step in S if step in steps]


def needs_note(before: str, after: str) -> bool:
    """Whether this step must say why, or what the result is."""
    return (before, after) in NEEDS_NOTE


def is_overdue(state: str, due_on: date | None, today: date) -> bool:
    """Whether somebody waits past the due day."""
    return state in OPEN and due_on is not None and due_on < today


#: First match wins; the words are parts of a category's name, as real classifications write them.
_FIELD_WORDS: tuple[tuple[Field, tuple[str, ...]], ...] = (
    (Field.RURAL, ("三农", "农业", "农村", "乡村", "水利")),
    (Field.TRANSPORT, ("交通", "运输", "公交", "停车", "道路")),
    (Field.ENVIRONMENT, ("环保", "环境", "生态", "污染", "噪声")),
    (Field.EDUCATION, ("教育", "学校", "幼儿", "招生", "科技")),
    (Field.HEALTH, ("医疗", "卫生", "卫计", "医院", "医保", "计生", "健康")),
    (Field.SAFETY, ("治安", "公安", "消防", "政法", "安全", "户籍")),
    (Field.TOURISM, ("旅游", "商贸", "文旅")),
    (Field.EMPLOYMENT, ("就业", "劳动", "人社", "社保", "社会保障", "工资")),
    (Field.CULTURE, ("文娱", "文化", "体育", "娱乐")),
    (Field.FINANCE, ("金融", "银行", "保险", "税")),
    (
        Field.CONSTRUCTION,
        ("城建", "城乡建设", "住房", "住建", "城管", "城市", "规划", "物业", "供水", "国土", "市政"),
    ),
    (Field.BUSINESS, ("企业", "营商", "市场监管", "工商", "经济管理")),
    (Field.GOVERNMENT, ("政务", "党务", "纪检", "民政", "监察", "信访", "机构")),
    (Field.OTHER, ("其他", "其它")),
)


def field_of(category: str) -> str:
    """The field of rule R18 that a source's category belongs to; "" when that cannot be told."""
    return next((f for f, words in _FIELD_WORDS if any(word in category for word in words)), "")


#: Without letters and digits that people mix up when they read a code out.
_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 12


def new_receipt_code() -> str:
    """A receipt code: 12 random characters, 59 bits (rule R31 asks for at least 10 characters)."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(CODE_LENGTH))


def normalised_code(typed: str) -> str:
    """A receipt code as stored, however somebody typed it; "" when it cannot be one."""
    plain = "".join(c for c in typed.upper() if c not in " -–—·")
    return plain if len(plain) == CODE_LENGTH and set(plain) <= set(_CODE_ALPHABET) else ""
