"""Keeping what a run found: findings by model, and proposals that keep their address between runs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from consult.clock import SHANGHAI
from consult.issues.material import CHUNK, parsed, text_hash
from consult.issues.models import Issue, IssueMember, IssueState, SubmissionFinding
from consult.issues.rules import SAME_ISSUE_OVERLAP, overlap
from consult.responses.queries import thread_of
from consult.responses.service import add_subjects
from consult.tones.queries import corrections
from consult.web.subjects import subject_of
from reports.model import Campaign, Finding, KnownIssue, Membership, Submission, Tone
from reports.model import Issue as FoundIssue


def unscored(own: Session, submissions: Sequence[Submission], model_version: str) -> list[Submission]:
    """Those that this model has not seen with their present text."""
    rows = own.execute(
        select(SubmissionFinding.kind, SubmissionFinding.subject_id, SubmissionFinding.text_hash).where(
            SubmissionFinding.model_version == model_version
        )
    )
    seen = {f"{kind}:{number}": digest for kind, number, digest in rows}
    return [s for s in submissions if seen.get(s.id) != text_hash(s)]


def tones(own: Session, model_version: str) -> dict[str, Tone]:
    """The tone that a model found, or that a person corrected it to, by analysis id."""
    said = corrections(own)
    rows = own.execute(
        select(
            SubmissionFinding.kind, SubmissionFinding.subject_id, SubmissionFinding.text_hash, SubmissionFinding.tone
        ).where(SubmissionFinding.model_version == model_version)
    )
    found: dict[str, Tone] = {}
    for kind, number, digest, tone in rows:
        correction = said.get(f"{kind}:{number}")
        is_corrected = correction is not None and correction.holds_for(digest)
        found[f"{kind}:{number}"] = Tone(correction.tone if correction is not None and is_corrected else tone)
    return found


def keep_findings(own: Session, pairs: Iterable[tuple[Submission, Finding]], model_version: str, now: datetime) -> None:
    """Store findings, replacing those of the same model for the same submission."""
    given = list(pairs)
    held = _held(own, [submission.id for submission, _ in given], model_version)
    for submission, finding in given:
        kind, number = parsed(submission.id)
        row = held.get(submission.id)
        if row is None:
            row = SubmissionFinding(kind=kind, subject_id=number, model_version=model_version)
            own.add(row)
        _fill(row, submission, finding, now)


def _held(own: Session, keys: Sequence[str], model_version: str) -> dict[str, SubmissionFinding]:
    """What is stored of these submissions, by analysis id."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for key in keys:
        kind, number = parsed(key)
        numbers[kind].append(number)
    found: dict[str, SubmissionFinding] = {}
    for kind, of_kind in numbers.items():
        for start in range(0, len(of_kind), CHUNK):
            rows = own.scalars(
                select(SubmissionFinding).where(
                    SubmissionFinding.kind == kind,
                    SubmissionFinding.subject_id.in_(of_kind[start : start + CHUNK]),
                    SubmissionFinding.model_version == model_version,
                )
            )
            found |= {f"{row.kind}:{row.subject_id}": row for row in rows}
    return found


def _fill(row: SubmissionFinding, submission: Submission, finding: Finding, now: datetime) -> None:
    row.text_hash = text_hash(submission)
    row.raw_score, row.log_odds = finding.score.raw, finding.score.log_odds
    row.weighted_score, row.unknown_share = finding.score.weighted, finding.score.unknown_share
    row.tone, row.confidence = finding.tone.tone, finding.tone.confidence
    row.demand, row.demand_is_proposed = finding.kind, finding.kind_proposed
    row.detail = json.dumps(
        {
            "keywords": finding.keywords,
            "places": finding.places,
            "evidence": finding.tone.evidence,
            "parts": finding.score.parts,
            "as_written": finding.score.as_written,
            "note": finding.note,
        },
        ensure_ascii=False,
    )
    row.campaign = row.unplaced = ""
    row.found_at = now


def known_issues(own: Session) -> list[KnownIssue]:
    """The issues that people accepted, as the grouping needs them."""
    accepted = own.scalars(select(Issue).where(Issue.state == IssueState.ACCEPTED).options(selectinload(Issue.members)))
    return [
        KnownIssue(
            key=issue.key,
            title=issue.title,
            member_ids=tuple(f"{m.kind}:{m.subject_id}" for m in issue.members if not m.removed),
        )
        for issue in accepted
    ]


def keep_groups(
    own: Session,
    campaigns: Sequence[Campaign],
    found: Sequence[FoundIssue],
    unplaced: Mapping[str, str],
    model_version: str,
    now: datetime,
) -> int:
    """Store campaigns and issues of a run; how many proposals wait for a person afterwards.

    Accepted issues keep their members and gain those that joined. A proposal that is the same matter as an
    earlier one takes its place and address; one that a person dropped is not proposed again; proposals that
    were not found again are deleted, since nobody has decided about them.
    """
    _label(own, campaigns, unplaced, model_version)
    old = list(own.scalars(select(Issue).options(selectinload(Issue.members))))
    accepted = {issue.key: issue for issue in old if issue.state == IssueState.ACCEPTED}
    dropped = [i for i in old if i.state == IssueState.DROPPED]
    proposals = [i for i in old if i.state == IssueState.PROPOSED]
    kept: set[int] = set()
    for one in found:
        if one.key in accepted:
            _refresh(own, accepted[one.key], one, now)
            _tell_thread(own, accepted[one.key], one.members)
            continue
        ids = {m.id for m in one.members}
        if any(overlap(ids, _keys(issue)) >= SAME_ISSUE_OVERLAP for issue in dropped):
            continue
        issue = _same(proposals, one.key, ids, kept)
        if issue is None:
            issue = Issue(key=_free_key(own, one.key), state=IssueState.PROPOSED, created_at=now)
            own.add(issue)
        _refresh(own, issue, one, now)
        issue.title = issue.title or issue.proposed_title
        own.flush()
        kept.add(issue.id)
    for issue in proposals:
        if issue.id not in kept:
            own.delete(issue)
    own.flush()
    return len(kept)


def _label(own: Session, campaigns: Sequence[Campaign], unplaced: Mapping[str, str], model_version: str) -> None:
    campaign_of = {m.id: c.key for c in campaigns for m in c.members}
    rows = own.scalars(select(SubmissionFinding).where(SubmissionFinding.model_version == model_version))
    for row in rows:
        key = f"{row.kind}:{row.subject_id}"
        row.campaign, row.unplaced = campaign_of.get(key, ""), unplaced.get(key, "")


def _keys(issue: Issue) -> set[str]:
    return {f"{m.kind}:{m.subject_id}" for m in issue.members}


def _same(proposals: Sequence[Issue], key: str, ids: set[str], taken: set[int]) -> Issue | None:
    free = [issue for issue in proposals if issue.id not in taken]
    by_key = next((issue for issue in free if issue.key == key), None)
    if by_key is not None:
        return by_key
    best = max(free, key=lambda issue: (overlap(ids, _keys(issue)), -issue.id), default=None)
    return best if best is not None and overlap(ids, _keys(best)) >= SAME_ISSUE_OVERLAP else None


def _free_key(own: Session, key: str) -> str:
    """The analysis's key, made another when an older issue that has moved on still holds it."""
    candidate, number = key, 2
    while own.scalar(select(Issue.id).where(Issue.key == candidate)) is not None:
        candidate, number = f"{key}-{number}", number + 1
    return candidate


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=SHANGHAI) if moment is not None and moment.tzinfo is None else moment


def _refresh(own: Session, issue: Issue, found: FoundIssue, now: datetime) -> None:
    """Bring figures and members up to date. A title that a person gave stays."""
    renamed = issue.title is not None and issue.title != issue.proposed_title
    if issue.state != IssueState.ACCEPTED:
        issue.proposed_title = found.title[:120]
        issue.title = issue.title if renamed else issue.proposed_title
    issue.place = found.place[:120]
    issue.first_at, issue.last_at = _aware(found.first), _aware(found.last)
    issue.received, issue.distinct_texts, issue.people = found.received, found.distinct_texts, found.people
    issue.heat = found.heat
    issue.detail = json.dumps(
        {"heat": dict(found.heat_parts), "keywords": found.keywords, "quotations": found.quotations},
        ensure_ascii=False,
    )
    issue.updated_at = now
    present = {f"{m.kind}:{m.subject_id}": m for m in issue.members}
    wanted = {m.id: m for m in found.members}
    for key, membership in wanted.items():
        if key not in present:
            kind, number = parsed(key)
            issue.members.append(IssueMember(kind=kind, subject_id=number, similarity=0.0, shared="[]"))
            present[key] = issue.members[-1]
        present[key].similarity = membership.similarity
        present[key].shared = json.dumps(membership.shared, ensure_ascii=False)
    if issue.state == IssueState.PROPOSED:
        for key, member in present.items():
            if key not in wanted and not member.removed:
                issue.members.remove(member)
    own.flush()


def _tell_thread(own: Session, issue: Issue, members: Sequence[Membership]) -> None:
    """Whoever joins an issue that is being answered is answered too."""
    thread = thread_of(own, "issue", issue.id)
    if thread is not None:
        taken_out = {f"{m.kind}:{m.subject_id}" for m in issue.members if m.removed}
        add_subjects(own, thread, tuple(subject_of(m.id) for m in members if m.id not in taken_out))
