"""Drafts for tests, made by the services that the desk uses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.clock import Clock, local_date
from consult.drafts import service
from consult.drafts.models import Clause, Draft
from consult.drafts.parsing import parse_text
from consult.drafts.queries import clauses, current_version
from tests.factories.accounts import Accounts

TEXT = """临川县电动自行车停放管理办法

第一章 总则

第一条 为了规范电动自行车停放，保障居民出行安全，制定本办法。

第二条 本县城区内电动自行车的停放和充电，适用本办法。

第二章 停放与充电

第三条 新建小区应当按照每户不少于一个的标准设置停放位。

既有小区由街道组织增设。

第四条 禁止在楼道、门厅停放电动自行车或者为其充电。
"""

FACTS = service.DraftFacts(
    title="临川县电动自行车停放管理办法（征求意见稿）",
    kind="normative",
    touches_business=False,
    explanation="近三年楼道充电火灾多发，需要有停放和充电的统一规定。",
    legal_basis="《中华人民共和国消防法》",
    organ="临川县人民政府",
    contact_unit="临川县住房和城乡建设局",
    contact_address="临川县新安路1号",
    contact_phone="0000-7654321",
    contact_email="zjj@example.com",
)


class Drafts:
    """Makes drafts in any phase and commits them; one officer makes them all."""

    def __init__(self, own: Session, clock: Clock, accounts: Accounts) -> None:
        self._own, self._clock = own, clock
        self._accounts = accounts
        self._officer: User | None = None

    @property
    def officer(self) -> User:
        if self._officer is None:
            self._officer = self._accounts.make("officer")
        return self._officer

    def editing(self, text: str = TEXT, **facts: object) -> Draft:
        """A draft in preparation that lacks nothing."""
        now = self._clock.now()
        wanted = replace(FACTS, **facts)  # type: ignore[arg-type]
        new = service.NewDraft(wanted.title, wanted.kind, wanted.touches_business)
        draft = service.create_draft(self._own, self.officer, new, parse_text(text), now)
        service.edit_facts(self._own, self.officer, draft, wanted, now)
        self._own.commit()
        return draft

    def open(self, days: int = 30, **facts: object) -> Draft:
        """A draft that is open for comment from now on."""
        return self.published(closes_in=days, **facts)

    def published(
        self, *, opens_in: int = 0, closes_in: int = 30, reason: str = "", text: str = TEXT, **facts: object
    ) -> Draft:
        draft = self.editing(text, **facts)
        today: date = local_date(self._clock.now())
        opens_on = today + timedelta(days=opens_in) if opens_in else None
        schedule = service.Schedule(today + timedelta(days=closes_in), opens_on, reason)
        service.publish(self._own, self.officer, draft, schedule, self._clock.now())
        self._own.commit()
        return draft

    def withdrawn(self, **facts: object) -> Draft:
        draft = self.open(**facts)
        service.withdraw(self._own, self.officer, draft, "上位法即将修订，待修订后重新起草。", self._clock.now())
        self._own.commit()
        return draft

    def clause(self, draft: Draft, ref: str = "3") -> Clause:
        """One clause of a draft by its name in addresses."""
        return next(c for c in clauses(self._own, current_version(self._own, draft)) if c.ref == ref)
