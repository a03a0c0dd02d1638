"""A town with one of everything: each thing in each status, hidden ones carrying a word of their own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from consult.accounts.models import Role, User
from consult.accounts.service import unit_by_name
from consult.bulletins.models import Bulletin, BulletinFile, BulletinState, Edition
from consult.campaigns.models import CommentGroup, GroupMember
from consult.clock import FixedClock, local_date
from consult.comments import after_service, replies
from consult.comments import service as comment_service
from consult.comments.models import CommentState
from consult.drafts.around.service import HearingPlan, announce_hearing
from consult.hotline import service as hotline_service
from consult.hotline.models import ImportFile
from consult.issues import service as issue_service
from consult.issues.service import request_analysis
from consult.notices.models import OutboxMessage
from consult.notices.service import Mail
from consult.responses import service as response_service
from consult.web.subjects import Subject
from reports.bulletin import compose, to_plain
from reports.model import Analysis, Finding, Issue, Kind, Membership, Score, Submission, Tone, ToneFinding
from tests.factories.accounts import Accounts
from tests.factories.comments import Comments
from tests.factories.drafts import Drafts
from tests.factories.hotline import Hotline
from tests.factories.issues import Issues, found
from tests.factories.responses import Threads
from tests.support.browser import Browser

#: Who the town is opened as. "stranger" is a second leader, and "elsewhere" a second unit, who are asked nothing.
VIEWERS = ("visitor", "citizen", "leader", "stranger", "officer", "unit", "elsewhere", "auditor", "administrator")
#: The number of the bulletin that everybody may read.
PUBLISHED = 7
NAME, PHONE, ID_NUMBER = "欧阳鸣鹤", "13988887777", "110101199003077571"


@dataclass
class World:
    """What there is: accounts, browsers, values for the parts of addresses, and the hidden words."""

    accounts: dict[str, User]
    browsers: dict[str, Browser] = field(default_factory=dict)
    #: Values for the parts of addresses, by name; "endpoint:name" wins over "name".
    values: dict[str, list[Any]] = field(default_factory=dict)
    #: What is hidden, by its word, and who may see it.
    hidden: dict[str, frozenset[str]] = field(default_factory=dict)

    def addresses(self, app: Flask, rule: Rule, extra: dict[str, list[Any]] | None = None) -> list[str]:
        """Every address of a route that names something in this town."""
        chosen: list[dict[str, Any]] = [{}]
        for name in sorted(rule.arguments):
            offered = (extra or {}).get(name) or self.values.get(f"{rule.endpoint}:{name}") or self.values[name]
            chosen = [{**one, name: value} for one in chosen for value in offered]
        adapter = app.url_map.bind("localhost")
        return [adapter.build(rule.endpoint, values, method=_method(rule)) for values in chosen]


def _method(rule: Rule) -> str:
    return "GET" if "GET" in (rule.methods or ()) else "POST"


class Builder:
    """Builds the town by the services that people use, apart from bulletins, whose rows are put in as they are."""

    def __init__(self, app: Flask, own: Session, clock: FixedClock) -> None:
        self.app, self.own, self.clock = app, own, clock
        self.make = Accounts(own, clock)
        self.drafts = Drafts(own, clock, self.make)
        self.comments = Comments(own, clock, app.extensions["consult.vault"])
        self.hotline = Hotline(app, own, clock)
        self.threads, self.issues = Threads(own, clock), Issues(own, clock)

    def build(self) -> World:
        roles = {v: v for v in VIEWERS} | {"stranger": Role.LEADER, "elsewhere": Role.UNIT}
        town = World({v: self.make.make(r) for v, r in roles.items() if v != "visitor"})
        town.accounts["elsewhere"].unit = self._other_unit()
        self.own.commit()
        staff = frozenset({"officer"})
        officer, leader, unit = (town.accounts[v] for v in ("officer", "leader", "unit"))
        draft = self._open = self.drafts.open()
        self._drafts(town, staff)
        said = self._comments(town, draft, staff, officer)
        orders = self._orders(town, staff, officer)
        self._issues(town, orders, officer)
        thread = self.threads.waiting(officer, leader, Subject("order", orders[0]), unit_id=unit.unit_id)
        response_service.save_draft(
            self.own, unit, thread, "正在起草的答复：暗号答复草稿甲，尚未发布。", self.clock.now()
        )
        aside = self.threads.withdrawn(officer, leader, summary="暗号撤回线索乙，开错的一件。", unit_id=unit.unit_id)
        town.hidden["暗号答复草稿甲"] = frozenset({"officer", "leader", "unit"})
        town.hidden["暗号撤回线索乙"] = frozenset({"officer", "leader", "unit"})
        closed = self.threads.waiting(officer, leader, is_public=False, summary="暗号不公开线索丙，一个人的事。")
        town.hidden["暗号不公开线索丙"] = frozenset({"officer", "leader"})
        self._public, self._closed, self._gone = orders[0], said[2], said[4]
        self._bulletins(town, officer)
        job = request_analysis(self.own, officer, self.clock.now())
        now = self.clock.now()
        file = ImportFile(
            name="一季度.csv",
            source="12345",
            sha256="0" * 64,
            size=1,
            created_by=officer.id,
            created_at=now,
            touched_at=now,
        )
        self.own.add(file)
        letter = Mail("anhao.shen@example.com", "订阅确认", "暗号邮件申", kind="draft.confirm")
        self.app.extensions["consult.outbox"].send(self.own, letter, now)
        self.own.commit()
        town.hidden |= dict.fromkeys((letter.to, letter.text), frozenset())
        group = CommentGroup(draft_id=draft.id, sample_id=said[0], created_at=now)
        self.own.add(group)
        self.own.flush()
        self.own.add(GroupMember(comment_id=said[0], group_id=group.id, likeness=1.0, added_at=now))
        town.values |= {
            "group_id": [group.id],
            "thread_id": [thread.id, aside.id, closed.id],
            "job_id": [job.id],
            "import_id": [file.id],
            "edition": [1],
            "a": [1],
            "b": [1, 2],
            "version": [1, 2],
            "reason_id": [1],
            "version_id": [1, 2],
            "image_id": ["0" * 24 + "-4x3"],
            "ledger.file:format": ["csv", "xlsx", "docx"],
            "message_id": list(self.own.scalars(select(OutboxMessage.id))),
            "user_id": [town.accounts["citizen"].id],
            "state": ["disabled"],
            "code": ["NNNN-NNNN-NNNN"],
            "key": ["volume"],
            "format": ["pdf", "docx"],
            "bulletins_desk.file:format": ["pdf", "docx", "xlsx", "json", "html"],
            "kind": ["order"],
            "subject_id": [orders[0]],
            "filename": ["site.css"],
            "token": ["forged"],
            "drafts_around.qr_code:format": ["svg", "png"],
            "comment_id": said,
        }
        self.own.commit()
        for viewer in VIEWERS:
            browser = Browser(self.app)
            town.browsers[viewer] = (
                browser if viewer == "visitor" else browser.signed_in_as(town.accounts[viewer].handle)
            )
        return town

    def _other_unit(self) -> Any:
        return unit_by_name(self.own, "临川县水务局")

    def _drafts(self, town: World, staff: frozenset[str]) -> None:
        editing = self.drafts.editing(
            title="暗号草案丁管理办法（征求意见稿）",
            explanation="暗号说明戊，尚在准备之中。",
            text="第一条 暗号条文己，尚未公开。\n",
        )
        withdrawn = self.drafts.withdrawn(text="第一条 暗号条文庚，已经撤回。\n")
        town.hidden |= dict.fromkeys(("暗号草案丁", "暗号说明戊", "暗号条文己", "暗号条文庚"), staff)
        every = [self._open, editing, withdrawn]
        clauses = [
            self.drafts.clause(self._open, "3"),
            self.drafts.clause(editing, "1"),
            self.drafts.clause(withdrawn, "1"),
        ]
        town.values |= {
            "slug": [d.slug for d in every],
            "draft_id": [d.id for d in every],
            "clause_id": [c.id for c in clauses],
            "comments.clause:number": ["3", "1"],
            "comments.earlier_clause:number": ["3", "1"],
            "comments.comment_on_clause:number": ["3"],
            "drafts.version:number": [1, 2],
            "comment_files.show:number": [1],
            "comment_files_desk.review:number": [1],
            "comment_files_desk.decide:number": [1],
            "hearing_id": [self._hearing(self._open)],
        }

    def _hearing(self, draft: Any) -> int:
        day = local_date(self.clock.now()) + timedelta(days=30)
        plan = HearingPlan(day, time(14, 30), "县政务中心三楼", 20, "代表发言。", day - timedelta(days=7))
        made = announce_hearing(self.own, self.drafts.officer, draft, plan, self.clock.now())
        self.own.commit()
        return made.id

    def _comments(self, town: World, draft: Any, staff: frozenset[str], officer: User) -> list[int]:
        clause = self.drafts.clause(draft)
        made = [
            self.comments.accepted(draft, officer, "停放位应当装上充电桩，方便住户。", clause=clause),
            self.comments.pending(
                draft, f"暗号意见辛，我叫{NAME}，电话{PHONE}，身份证{ID_NUMBER}。", name=NAME, phone=PHONE
            ),
            self.comments.accepted(draft, officer, "暗号意见壬，不同意公开。", clause=clause, consent_publish=False),
            self.comments.refused(draft, officer, "暗号意见癸，加微信办贷款。", clause=clause),
            self.comments.pending(draft, "暗号意见子，后来收回。", clause=clause),
        ]
        gone = made[-1]
        self._take_back(gone)
        assert gone.state == CommentState.WITHDRAWN
        self._afterwards(town, made, officer)
        town.hidden |= dict.fromkeys(("暗号意见辛", "暗号意见壬", "暗号意见癸", "暗号意见子"), staff)
        return [c.id for c in made]

    def _afterwards(self, town: World, made: list[Any], officer: User) -> None:
        """What came after sending: an appeal, a reply that waits, and what a comment said before."""
        shown, refused = made[0], made[3]
        now, draft = self.clock.now(), self._open
        after_service.appeal(self.own, refused, "暗号复核亥，请再看一次。", now)
        waiting_reply = replies.NewReply("暗号回复戍，还没有审核。", "1" * 32)
        replies.reply(self.own, town.accounts["citizen"], shown, draft, waiting_reply, now)
        earlier = self.comments.pending(draft, "暗号旧文酋，后来改了。")
        new = after_service.Changed("other", "改过以后的说法。", "", 0, "2" * 32)
        after_service.edit(self.own, earlier, draft, new, now)
        self.comments.decided(earlier, officer, comment_service.Decision(CommentState.ACCEPTED))
        made.append(earlier)
        town.hidden |= dict.fromkeys(("暗号复核亥", "暗号回复戍", "暗号旧文酋"), frozenset({"officer"}))

    def _take_back(self, comment: Any) -> None:
        comment_service.withdraw(self.own, comment, self.clock.now())
        self.own.commit()

    def _orders(self, town: World, staff: frozenset[str], officer: User) -> list[int]:
        body = "{}小区东门到菜场那一段的路灯已经坏了半个多月，晚上接孩子只能打手电，盼尽快修好。"
        public = self.hotline.accepted(officer)
        made = {
            "暗号留言丑": self.hotline.message(body=body.format("暗号留言丑"), name=NAME, phone=PHONE),
            "暗号留言寅": self.hotline.accepted(officer, body=body.format("暗号留言寅"), consents_to_publish=False),
            "暗号留言卯": self.hotline.message(body=body.format("暗号留言卯")),
            "暗号来电辰": self.hotline.call(officer, body=body.format("暗号来电辰"), name=NAME, phone=PHONE),
        }
        refusal = hotline_service.Decision(accepts=False, reason="duplicate")
        hotline_service.review_message(self.own, officer, made["暗号留言卯"], refusal, self.clock.now())
        self.own.commit()
        town.hidden |= dict.fromkeys(made, staff)
        every = [public, *made.values()]
        numbers = [o.number for o in every]
        for endpoint in ("hotline.show", "hotline_desk.show", "hotline_desk.reveal", "hotline_desk.ask"):
            town.values[f"{endpoint}:number"] = numbers
        for endpoint in ("hotline_desk.review", "hotline_desk.move"):
            town.values[f"{endpoint}:number"] = numbers
        return [o.id for o in every]

    def _issues(self, town: World, orders: list[int], officer: User) -> None:
        first = Subject("order", orders[0])
        self.issues.run(found("路灯不亮", first, key="accepted"))
        issue_service.accept(self.own, officer, self.issues.by_key("accepted"), self.clock.now())
        self.own.commit()
        self.issues.run(
            found("暗号议题巳", Subject("order", 776), Subject("order", 777), key="dropped"),
            found("路灯不亮", first, key="accepted"),
        )
        issue_service.drop(self.own, officer, self.issues.by_key("dropped"), "不是一回事", self.clock.now())
        self.own.commit()
        self.issues.run(
            found(
                "暗号议题午", Subject("order", 778), first, Subject("order", 779), Subject("order", 780), key="proposed"
            ),
            found("路灯不亮", first, key="accepted"),
        )
        town.values["issue_id"] = [self.issues.by_key(k).id for k in ("accepted", "dropped", "proposed")]
        town.hidden |= dict.fromkeys(("暗号议题巳", "暗号议题午"), frozenset({"officer", "leader", "stranger"}))

    def _bulletins(self, town: World, officer: User) -> None:
        day = local_date(self.clock.now())
        ids = []
        for n, state in enumerate(BulletinState, 1):
            numbered = state in (BulletinState.SIGNING, BulletinState.WITHDRAWN)
            if state == BulletinState.PUBLISHED:
                continue  # a published one is public; `_published_bulletin` hides some of it
            row = Bulletin(
                title="暗号专报未",
                state=state,
                period_start=day,
                period_end=day,
                requested_at=self.clock.now(),
                requested_by=officer.id,
                content="",
                number_in_all=n if numbered else None,
                year=2026 if numbered else None,
                number_in_year=n if numbered else None,
                signed_at=self.clock.now() if numbered else None,
            )
            self.own.add(row)
            self.own.flush()
            ids.append(row.id)
            data = "暗号文件申".encode()
            for edition in Edition:
                for format in ("pdf", "docx", "xlsx", "json", "html", "chart:volume"):
                    self.own.add(
                        BulletinFile(
                            bulletin_id=row.id,
                            edition=edition,
                            format=format,
                            size=len(data),
                            sha256="0" * 64,
                            data=data,
                        )
                    )
        self.own.commit()
        readers = frozenset({"officer", "leader", "stranger"})
        ids.append(self._published_bulletin(town, officer, readers))
        town.hidden |= {"暗号专报未": readers, "暗号文件申": readers}
        town.values["bulletin_id"] = ids
        for endpoint in ("bulletins.show", "bulletins.file", "bulletins.chart"):
            town.values[f"{endpoint}:number"] = [1, 2, 3, 5, PUBLISHED]

    def _published_bulletin(self, town: World, officer: User, readers: frozenset[str]) -> int:
        """A published one: it quotes a public message, a comment not meant for the public, and one taken back since."""
        shown, inside, gone = (f"order:{self._public}", f"comment:{self._closed}", f"comment:{self._gone}")
        words = {shown: "公开引文：东门路灯不亮。", inside: "暗号引文酉，不同意公开。", gone: "暗号引文戌，后来收回。"}
        now = self.clock.now()
        submissions = [Submission(key, text, at=now, author=key) for key, text in words.items()]
        findings = {
            key: Finding(key, Score(0.3, -0.8, 0.3, 0.0), ToneFinding(Tone.NEGATIVE, 0.8), Kind.COMPLAINT, False)
            for key in words
        }
        issue = Issue(
            key="lamps",
            title="路灯不亮",
            members=tuple(Membership(key, 0.8) for key in words),
            keywords=("路灯",),
            place="",
            first=now,
            last=now,
            received=3,
            distinct_texts=3,
            people=3,
            heat=10.0,
            heat_parts={"people": 10.0},
            quotations=tuple(words.items()),
        )
        analysis = Analysis("test", findings, (), (issue,), {})
        content = compose(submissions, analysis, period=None, title="公开专报", generated_at=now, extra=None)
        day = local_date(now)
        row = Bulletin(
            title="公开专报",
            state=BulletinState.PUBLISHED,
            period_start=day,
            period_end=day,
            requested_at=now,
            requested_by=officer.id,
            content=json.dumps(to_plain(content), ensure_ascii=False),
            year=2026,
            number_in_year=PUBLISHED,
            number_in_all=PUBLISHED,
            signed_at=now,
            published_at=now,
            public_quotes=json.dumps([shown, gone]),
        )
        row.files = [
            BulletinFile(edition=edition, format=format, size=1, sha256="0" * 64, data=data.encode())
            for edition, data, formats in (
                (Edition.DRAFT, "<svg/>", ("chart:volume",)),
                (Edition.INTERNAL, "暗号文件申 暗号引文亥", ("pdf", "docx", "xlsx", "json", "html")),
                (Edition.PUBLIC, "暗号引文子丑，后来收回。", ("pdf", "docx")),
            )
            for format in formats
        ]
        self.own.add(row)
        self.own.flush()
        town.hidden |= {"暗号引文酉": readers, "暗号引文亥": readers}
        # Taken back: on no page at all, nor in the public files that still hold it.
        town.hidden |= {"暗号引文戌": frozenset(), "暗号引文子丑": frozenset()}
        return row.id
