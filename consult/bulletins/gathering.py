"""What a bulletin is composed from: submissions of its period, their stored findings, issues, threads, drafts."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from consult.bulletins.models import Bulletin
from consult.clock import end_of_day, local_date, start_of_day
from consult.comments import queries as comments
from consult.comments import stance_queries
from consult.comments.models import Comment, JudgedStance, Stance
from consult.comments.rules import COUNTED
from consult.drafts.models import Draft, DraftState
from consult.drafts.rules import Phase, phase
from consult.errors import Situation
from consult.issues import material
from consult.issues.models import AnalysisRun, Issue, IssueState
from consult.issues.queries import Judged, findings, latest_run
from consult.responses.models import Thread, ThreadState
from consult.responses.queries import leader_title, published, subjects_of
from consult.tones.measured import confusion_behind
from consult.tones.queries import corrections
from reports.bulletin import BaseCounts, BulletinExtra, Consultation, ResponseOutcome
from reports.model import Analysis, Campaign, Finding, Kind, Membership, Period, Score, Submission, Tone, ToneFinding
from reports.model import Issue as FoundIssue


class NotAnalysedYet(Situation):
    """The period holds submissions that no analysis has seen."""

    message = "Some submissions of this period have not been analysed yet. Run the analysis, then build again."


class NothingSaid(Situation):
    """Nobody said anything in the period."""

    message = "Nobody said anything in this period, so there is nothing to report. Please choose other days."


def period_of(bulletin: Bulletin) -> Period:
    """The bulletin's period."""
    return Period(bulletin.period_start, bulletin.period_end)


def submissions_in(own: Session, period: Period) -> list[Submission]:
    """Every submission said in a period, refused ones left out."""
    return material.submissions(own, since=start_of_day(period.start), until=end_of_day(period.end))


def analysis_of(own: Session, submissions: Sequence[Submission]) -> Analysis:
    """The stored analysis of these submissions, as the newest run left it.

    Only issues that nobody dropped are reported. Raises `NothingSaid` and `NotAnalysedYet`.
    """
    if not submissions:
        raise NothingSaid()
    run = latest_run(own)
    ids = [s.id for s in submissions]
    rows = findings(own, ids, run.model_version) if run else {}
    if run is None or len(rows) < len(set(ids)):
        raise NotAnalysedYet()
    return Analysis(
        model_version=run.model_version,
        findings={key: _finding(key, judged) for key, judged in rows.items()},
        campaigns=_campaigns(submissions, rows),
        issues=_issues(own, set(ids)),
        unplaced={key: judged.row.unplaced for key, judged in rows.items() if judged.row.unplaced},
    )


def corrected_in(own: Session, analysis: Analysis) -> int:
    """In how many findings of an analysis a person's word on the tone stands."""
    touched = corrections(own, analysis.findings)
    return sum(judged.is_corrected for judged in findings(own, touched, analysis.model_version).values())


def _finding(key: str, judged: Judged) -> Finding:
    row = judged.row
    detail = json.loads(row.detail)
    evidence = tuple((str(word), float(weight)) for word, weight in detail["evidence"])
    # A person's word is certain, and the words that moved the machine explain nothing of it.
    machine = ToneFinding(Tone(row.tone), row.confidence, evidence)
    return Finding(
        id=key,
        score=Score(row.raw_score, row.log_odds, row.weighted_score, row.unknown_share),
        tone=ToneFinding(Tone(judged.tone), 1.0, corrected_from=machine.tone) if judged.is_corrected else machine,
        kind=Kind(row.demand),
        kind_proposed=row.demand_is_proposed,
        keywords=tuple(detail["keywords"]),
        places=tuple(detail["places"]),
        note=detail["note"],
    )


def _campaigns(submissions: Sequence[Submission], rows: dict[str, Judged]) -> tuple[Campaign, ...]:
    members: dict[str, list[Submission]] = defaultdict(list)
    for submission in submissions:
        if rows[submission.id].row.campaign:
            members[rows[submission.id].row.campaign].append(submission)
    return tuple(
        Campaign(key, tuple(Membership(s.id, 1.0) for s in group), group[0].text)
        for key, group in sorted(members.items())
        if len(group) > 1
    )


def _issues(own: Session, ids: set[str]) -> tuple[FoundIssue, ...]:
    rows = own.scalars(
        select(Issue).where(Issue.state != IssueState.DROPPED).options(selectinload(Issue.members)).order_by(Issue.id)
    )
    found = []
    for row in rows:
        members = tuple(
            Membership(key, m.similarity, tuple(json.loads(m.shared)))
            for m in row.members
            if not m.removed and (key := f"{m.kind}:{m.subject_id}") in ids
        )
        if not members:
            continue
        detail = json.loads(row.detail)
        found.append(
            FoundIssue(
                key=row.key,
                title=row.title,
                members=members,
                keywords=tuple(detail["keywords"]),
                place=row.place,
                first=row.first_at,
                last=row.last_at,
                received=row.received,
                distinct_texts=row.distinct_texts,
                people=row.people,
                heat=row.heat,
                heat_parts=detail["heat"],
                quotations=tuple((str(key), str(text)) for key, text in detail["quotations"] if key in ids),
            )
        )
    return tuple(sorted(found, key=lambda issue: (-issue.heat, issue.key)))


def extra_of(own: Session, bulletin: Bulletin, accuracy: str, heat_rule: str, now: datetime) -> BulletinExtra:
    """Everything beside the submissions: comparison periods, answers, consultations, numbers, signature."""
    period = period_of(bulletin)
    run = latest_run(own)
    return BulletinExtra(
        organ=bulletin.organ,
        document_number=bulletin.document_number,
        previous=_base(own, _before(period)),
        last_year=_base(own, _year_before(period)),
        responses=_outcomes(own, period),
        consultations=_consultations(own, period, now),
        accuracy=accuracy,
        heat_rule=heat_rule,
        confusion=confusion_behind(own, run.model_version) if run else None,
    )


def _before(period: Period) -> Period:
    days = (period.end - period.start).days + 1
    return Period(period.start - timedelta(days=days), period.start - timedelta(days=1))


def _year_before(period: Period) -> Period:
    # 29 February has no twin: the 28th stands for it.
    def back(day: date) -> date:
        leap = (day.month, day.day) == (2, 29)
        return day.replace(year=day.year - 1, day=28 if leap else day.day)

    return Period(back(period.start), back(period.end))


def _base(own: Session, period: Period) -> BaseCounts:
    earlier = submissions_in(own, period)
    run: AnalysisRun | None = latest_run(own)
    rows = findings(own, [s.id for s in earlier], run.model_version) if run else {}
    return BaseCounts(
        period=period,
        received=len(earlier),
        tone=Counter(judged.tone for judged in rows.values()),
        answers=Counter(judged.row.tone for judged in rows.values()),
        kinds=Counter(judged.row.demand for judged in rows.values()),
        channels=Counter(s.channel.value for s in earlier),
        ids=tuple(s.id for s in earlier),
    )


def _outcomes(own: Session, period: Period) -> tuple[ResponseOutcome, ...]:
    """The threads opened until the end of the period that were still waiting when it began."""
    threads = own.scalars(
        select(Thread)
        .where(
            Thread.state != ThreadState.WITHDRAWN,
            Thread.is_public,
            Thread.opened_at <= end_of_day(period.end),
            (Thread.answered_at.is_(None)) | (Thread.answered_at >= start_of_day(period.start)),
        )
        .options(selectinload(Thread.responses))
        .order_by(Thread.due_on, Thread.id)
    )
    keys = {row.id: row.key for row in own.execute(select(Issue.id, Issue.key))}
    return tuple(
        ResponseOutcome(
            issue_key=keys.get(thread.origin_id, "") if thread.origin == "issue" else "",
            issue_title=thread.title,
            unit=thread.unit.name if thread.unit else "",
            leader=leader_title(thread.leader),
            due=thread.due_on,
            answered_at=thread.answered_at,
            summary=next((r.body for r in reversed(published(thread)) if r.kind == "answer"), ""),
            member_ids=tuple(s.key for s in subjects_of(own, thread.id)),
        )
        for thread in threads
    )


def _consultations(own: Session, period: Period, now: datetime) -> tuple[Consultation, ...]:
    """The drafts that were open for comment on some day of the period."""
    open_then = own.scalars(
        select(Draft)
        .where(
            Draft.state.in_((DraftState.PUBLISHED, DraftState.REPORTED)),
            Draft.opens_at <= end_of_day(period.end),
            Draft.closes_at >= start_of_day(period.start),
        )
        .order_by(Draft.closes_at, Draft.id)
    ).all()
    counts = comments.CommentVoices().of_drafts(own, [draft.id for draft in open_then])
    said = _said_on(own, [draft.id for draft in open_then])
    judged, corrected = _judged_on(own, [draft.id for draft in open_then])
    judged_by = stance_queries.model_in_use(own) or ""
    return tuple(
        Consultation(
            title=draft.title,
            opens=local_date(draft.opens_at or now),
            closes=local_date(draft.closes_at or now),
            received=counts[draft.id].received if draft.id in counts else 0,
            distinct_texts=counts[draft.id].distinct if draft.id in counts else 0,
            people=counts[draft.id].people if draft.id in counts else 0,
            state=_PHASES[phase(draft, now)],
            stances={stance: len(ids) for stance, ids in said[draft.id].items()},
            ids=tuple(id_ for ids in said[draft.id].values() for id_ in ids),
            stance_ids={stance: tuple(ids) for stance, ids in said[draft.id].items()},
            judged={stance: len(ids) for stance, ids in judged[draft.id].items()},
            judged_ids={stance: tuple(ids) for stance, ids in judged[draft.id].items()},
            judged_corrected=corrected[draft.id],
            judged_by=judged_by if judged[draft.id] else "",
        )
        for draft in open_then
    )


def _said_on(own: Session, draft_ids: Sequence[int]) -> dict[int, dict[str, list[str]]]:
    """The analysis ids of the comments that count, by draft and the Chinese name of the stance."""
    rows = own.execute(
        select(Comment.draft_id, Comment.stance, Comment.id)
        .where(Comment.draft_id.in_(draft_ids), Comment.state.in_(COUNTED))
        .order_by(Comment.draft_id, Comment.stance, Comment.id)
    )
    found: dict[int, dict[str, list[str]]] = {draft_id: {} for draft_id in draft_ids}
    for draft_id, stance, comment_id in rows:
        found[draft_id].setdefault(_STANCES[Stance(stance)], []).append(f"comment:{comment_id}")
    return found


def _judged_on(own: Session, draft_ids: Sequence[int]) -> tuple[dict[int, dict[str, list[str]]], Counter[int]]:
    """The same of the comments whose authors chose no stance, by the one in force, and how many people corrected."""
    found: dict[int, dict[str, list[str]]] = {draft_id: {} for draft_id in draft_ids}
    corrected = Counter[int]()
    rows = sorted(stance_queries.judged_on(own, draft_ids), key=lambda row: list(_JUDGED).index(JudgedStance(row[2])))
    for draft_id, comment_id, stance, is_corrected in rows:
        found[draft_id].setdefault(_JUDGED[JudgedStance(stance)], []).append(f"comment:{comment_id}")
        corrected[draft_id] += is_corrected
    return found, corrected


#: Bulletins are Chinese documents; these are their words for the platform's own states.
_PHASES = {
    Phase.EDITING: "起草中",
    Phase.UPCOMING: "即将开始",
    Phase.OPEN: "征集中",
    Phase.CLOSED: "已结束",
    Phase.REPORTED: "已反馈",
    Phase.WITHDRAWN: "已撤回",
}
_STANCES = {Stance.SUPPORT: "赞成", Stance.OPPOSE: "反对", Stance.AMEND: "建议修改", Stance.OTHER: "其他"}
_JUDGED = {
    JudgedStance.SUPPORT: "赞成",
    JudgedStance.OPPOSE: "反对",
    JudgedStance.AMEND: "建议修改",
    JudgedStance.UNCLEAR: "无法判断",
}
