"""Reading issues and findings, for the desk and for the features above."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from consult.errors import NotFound
from consult.issues.models import AnalysisRun, Issue, IssueLog, IssueMember, IssueState, SubmissionFinding
from consult.tones.queries import Correction, corrections
from consult.web.subjects import Subject, subject_of


def issues(*, state: str = IssueState.PROPOSED) -> Select[Issue]:
    """Issues of a status, the hottest first."""
    return select(Issue).where(Issue.state == state).order_by(Issue.heat.desc(), Issue.people.desc(), Issue.id)


def counts(own: Session) -> dict[str, int]:
    """How many issues there are in each status."""
    found = dict(own.execute(select(Issue.state, func.count()).group_by(Issue.state)).all())
    return {state.value: found.get(state, 0) for state in IssueState}


def access_issue(own: Session, issue_id: int) -> Issue:
    """An issue with its members, for somebody who may read issues. Raises `NotFound`."""
    issue = own.scalar(select(Issue).where(Issue.id == issue_id).options(selectinload(Issue.members)))
    if issue is None:
        raise NotFound()
    return issue


def members_of(issue: Issue) -> list[IssueMember]:
    """The members that nobody took out, the closest first."""
    return [m for m in issue.members if not m.removed]


def subjects_of(issue: Issue) -> list[Subject]:
    """The submissions of an issue."""
    return [subject_of(f"{m.kind}:{m.subject_id}") for m in members_of(issue)]


def detail_of(issue: Issue) -> Mapping[str, Any]:
    """Heat parts, keywords and quotations of an issue."""
    found: Mapping[str, Any] = json.loads(issue.detail)
    return found


def history(own: Session, issue_id: int) -> list[IssueLog]:
    """Every decision about an issue, in order."""
    return list(own.scalars(select(IssueLog).where(IssueLog.issue_id == issue_id).order_by(IssueLog.id)))


def latest_run(own: Session) -> AnalysisRun | None:
    """The newest finished analysis."""
    return own.scalar(select(AnalysisRun).order_by(AnalysisRun.id.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class Judged:
    """What a model said of a submission, and what a person said of its tone after it."""

    row: SubmissionFinding
    #: The newest one; it may be taken back, or be about an earlier text.
    correction: Correction | None = None

    @property
    def key(self) -> str:
        """The analysis id of the submission."""
        return f"{self.row.kind}:{self.row.subject_id}"

    @property
    def is_corrected(self) -> bool:
        """Whether a person's word stands against the model's."""
        return self.correction is not None and self.correction.holds_for(self.row.text_hash)

    @property
    def tone(self) -> str:
        """The tone in force: a person's where there is one."""
        return self.correction.tone if self.correction is not None and self.is_corrected else self.row.tone


def findings(own: Session, keys: Iterable[str], model_version: str) -> dict[str, Judged]:
    """What a model said of these submissions and what people corrected of it, by analysis id."""
    rows = _rows(own, keys, model_version)
    said = corrections(own, rows)
    return {key: Judged(row, said.get(key)) for key, row in rows.items()}


def judged(own: Session, subject: Subject) -> Judged | None:
    """What the newest analysis said of one submission, with its correction; None while none has seen it."""
    run = latest_run(own)
    return findings(own, [subject.key], run.model_version).get(subject.key) if run else None


def corrected_findings(own: Session, model_version: str) -> list[Judged]:
    """What a model said of the submissions whose tone a person corrected since."""
    touched = [key for key, said in corrections(own).items() if said.tone]
    return [judged for judged in findings(own, touched, model_version).values() if judged.is_corrected]


def _rows(own: Session, keys: Iterable[str], model_version: str) -> dict[str, SubmissionFinding]:
    by_kind: dict[str, list[int]] = {}
    for key in keys:
        subject = subject_of(key)
        by_kind.setdefault(subject.kind, []).append(subject.id)
    found: dict[str, SubmissionFinding] = {}
    for kind, ids in by_kind.items():
        for start in range(0, len(ids), 500):
            rows = own.scalars(
                select(SubmissionFinding).where(
                    SubmissionFinding.kind == kind,
                    SubmissionFinding.model_version == model_version,
                    SubmissionFinding.subject_id.in_(ids[start : start + 500]),
                )
            )
            found.update({f"{kind}:{row.subject_id}": row for row in rows})
    return found


def tone_counts(rows: Iterable[Judged]) -> Counter[str]:
    """How many submissions there are of each tone in force."""
    return Counter(row.tone for row in rows)


def accepted_issues_about(own: Session, kind: str, ids: Iterable[int]) -> dict[int, list[Issue]]:
    """The accepted issues of submissions, by submission id; nothing unreviewed is told."""
    wanted = list(ids)
    found: dict[int, list[Issue]] = {}
    for start in range(0, len(wanted), 500):
        rows = own.execute(
            select(IssueMember.subject_id, Issue)
            .join(Issue, Issue.id == IssueMember.issue_id)
            .where(
                IssueMember.kind == kind,
                IssueMember.subject_id.in_(wanted[start : start + 500]),
                ~IssueMember.removed,
                Issue.state == IssueState.ACCEPTED,
            )
            .order_by(Issue.id)
        )
        for subject_id, issue in rows:
            found.setdefault(subject_id, []).append(issue)
    return found
