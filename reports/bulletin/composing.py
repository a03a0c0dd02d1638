"""From submissions and findings to a complete bulletin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from reports.bulletin import annex, outcomes
from reports.bulletin.assessment import Judgement, assessment
from reports.bulletin.canonical import content_sha256
from reports.bulletin.model import (
    FORMAT,
    Bulletin,
    BulletinExtra,
    IssueLine,
    Masthead,
    Section,
    SubmissionLine,
)
from reports.bulletin.numbers import (
    annex_label,
    change_words,
    checked_document_number,
    date_text,
    issue_text,
    local_day,
    opening_text,
    period_text,
)
from reports.bulletin.overview import Volume, overview
from reports.bulletin.scope import (
    Scope,
    clipped,
    issue_lines,
    masked,
    one_line,
    scope_of,
)
from reports.bulletin.sentiment import sentiment
from reports.bulletin.suggestions import TITLE as SUGGESTIONS
from reports.bulletin.suggestions import suggestions
from reports.bulletin.topics import topics
from reports.bulletin.words import (
    CHANNEL_NAMES,
    DASH,
    KIND_NAMES,
    NOTE_HEAT,
    NOTE_TONE,
    TONE_NAMES,
    UNKNOWN_FIELD,
    UNSIGNED,
    numeral,
)
from reports.bulletin.workbench import Workbench, clean, parts, plain, say
from reports.estimates.model import Trend
from reports.model import Analysis, Period, Submission

#: Rule R64.
ABSTRACT_LIMIT = 200


class NothingToReport(ValueError):
    """There is not a single submission in the period."""

    def __init__(self) -> None:
        super().__init__("所选时间范围内没有任何诉求，无法编制专报。请检查起止日期。")


def compose(
    submissions: Sequence[Submission],
    analysis: Analysis,
    *,
    period: Period | None,
    title: str | None,
    generated_at: datetime,
    extra: BulletinExtra | None = None,
) -> Bulletin:
    """The bulletin on the submissions that fall into `period` (on all of them when it is None).

    Every sentence is generated from figures, and every figure carries its rule and the ids behind it
    (rule R65). The same submissions, period, analysis and extra give the same `content_sha256`,
    whatever `generated_at`. Raises `NothingToReport`, `NotAnalysed` and `BadDocumentNumber`.
    """
    extra = extra or BulletinExtra()
    scope = scope_of(submissions, analysis, period)
    if not scope.items:
        raise NothingToReport
    bench = Workbench()
    issues = issue_lines(scope, analysis.issues)
    first, volume = overview(scope, bench, extra)
    second = topics(scope, bench, issues, volume, extra)
    third = sentiment(scope, bench, volume, extra)
    fourth, judgement = assessment(scope, bench, issues, volume, extra)
    last = suggestions(scope, bench, issues, extra)
    notes = _notes(extra)
    made = [
        first,
        second,
        third,
        outcomes.responses(bench, extra),
        outcomes.consultations(bench, extra),
        fourth,
        last,
        annex.originals(scope, issues),
        annex.method(bench, extra, notes, analysis.model_version),
    ]
    abstract = _abstract(scope, bench, issues, volume, judgement, extra)
    rejected = extra.source.rejected if extra.source else ()
    outside = len(scope.outside) + (extra.source.outside_period if extra.source else 0)
    bulletin = Bulletin(
        format=FORMAT,
        title=clean(title) if title else _title(scope),
        masthead=_masthead(extra, generated_at),
        signed_off=extra.signed_off,
        period=scope.period,
        period_text=period_text(scope.period),
        generated_at=generated_at,
        abstract=parts(abstract),
        sections=_numbered([s for s in made if s is not None]),
        figures=bench.figures,
        tables=bench.tables,
        charts=bench.charts,
        issues=issues,
        submissions=_submission_lines(scope, issues),
        tone=scope.tones(scope.ids),
        records=len(scope.items) + outside + len(rejected),
        read=len(scope.items) + outside,
        outside_period=outside,
        rejected=rejected,
        source_name=extra.source.name if extra.source else "",
        model_version=analysis.model_version,
        accuracy=extra.accuracy,
        notes=notes,
        content_sha256="",
        estimates=bench.estimates,
        trends=bench.trends,
    )
    return replace(bulletin, content_sha256=content_sha256(bulletin))


def _title(scope: Scope) -> str:
    if scope.period is None:
        return "社情民意舆情专报"
    return f"社情民意舆情专报（{period_text(scope.period)}）"


def _masthead(extra: BulletinExtra, generated_at: datetime) -> Masthead:
    day = extra.signed_on if extra.signed_off and extra.signed_on else local_day(generated_at)
    return Masthead(
        organ=clean(extra.organ.strip()),
        issue=issue_text(extra.year, extra.number_in_year, extra.number_in_all),
        document_number=checked_document_number(extra.document_number),
        date=date_text(day),
        status="" if extra.signed_off else UNSIGNED,
    )


def _notes(extra: BulletinExtra) -> tuple[str, ...]:
    return (NOTE_TONE, NOTE_HEAT + extra.heat_rule)


def _numbered(sections: Sequence[Section]) -> tuple[Section, ...]:
    body = [s for s in sections if not s.annex]
    annexes = [s for s in sections if s.annex]
    return (
        *(replace(s, number=f"{numeral(n)}、") for n, s in enumerate(body, start=1)),
        *(replace(s, number=annex_label(n, len(annexes))) for n, s in enumerate(annexes, start=1)),
    )


def _abstract(
    scope: Scope,
    bench: Workbench,
    issues: Sequence[IssueLine],
    volume: Volume,
    judgement: Judgement,
    extra: BulletinExtra,
) -> str:
    """Conclusion first; sentences that would pass the limit are left out whole, never cut."""
    lead = f"总体判断：风险等级{judgement.level}"
    if judgement.window and judgement.trend is not Trend.UNKNOWN:
        lead += f"，诉求量{judgement.trend}（最后{judgement.window}日较此前{judgement.window}日{judgement.moved}）"
    sentences = [lead + "。"]
    opening = opening_text(scope.period) if scope.period else opening_text(None) + "，"
    sentences.append(
        f"{opening}收到诉求{say(volume.received)}条（不同文本{say(volume.distinct)}件、涉及{say(volume.people)}人）。"
    )
    sentences.append(_tone_sentence(bench))
    if issues:
        top = issues[0]
        received = say(bench.figures["issue.1.received"])
        sentences.append(
            f"热度最高的议题是“{clipped(top.title, 24)}”（{received}条、{say(bench.figures['issue.1.people'])}人）。"
        )
        others = "、".join(f"“{clipped(issue.title, 16)}”" for issue in issues[1:3])
        if others:
            sentences.append(f"其次为{others}。")
        sentences.append(f"具体建议见“{SUGGESTIONS}”，采用前请核定。")
    if extra.previous is not None:
        moved = change_words(len(scope.items), extra.previous.received)
        sentences.insert(2, f"环比{moved}。" if moved != DASH else "上期无可比数据。")
    kept = ""
    for sentence in sentences:
        if len(plain(kept + sentence)) <= ABSTRACT_LIMIT:
            kept += sentence
    return kept


def _tone_sentence(bench: Workbench) -> str:
    """The negative share as estimated, or the bare counts of few texts."""
    figures = bench.figures
    unsure = figures["tone.uncertain"]
    estimated = figures.get("tone.negative.estimate")
    if estimated is None:
        return f"机器判读语气负面的{say(figures['tone.negative'])}条（样本少，不计占比）。"
    return f"语气负面的{say(estimated)}" + (f"，机器不能确定的{say(unsure)}条。" if unsure.value else "。")


def _submission_lines(scope: Scope, issues: Sequence[IssueLine]) -> tuple[SubmissionLine, ...]:
    issue_of = {id_: issue.title for issue in reversed(issues) for id_ in issue.members}
    return tuple(_submission_line(scope, s, issue_of.get(s.id, "")) for s in scope.items)


def _submission_line(scope: Scope, submission: Submission, issue: str) -> SubmissionLine:
    finding = scope.findings[submission.id]
    return SubmissionLine(
        id=clean(submission.id),
        at=submission.at,
        title=one_line(masked(submission.title)),
        text=masked(submission.text),
        channel=CHANNEL_NAMES[submission.channel],
        kind=KIND_NAMES[finding.kind],
        kind_proposed=finding.kind_proposed,
        field=submission.field or UNKNOWN_FIELD,
        place=one_line(masked(submission.place)),
        unit=submission.unit,
        tone=TONE_NAMES[finding.tone.tone],
        confidence=finding.tone.confidence,
        score_raw=finding.score.raw,
        score_weighted=finding.score.weighted,
        likes=submission.likes,
        dislikes=submission.dislikes,
        issue=issue,
        campaign=scope.campaign_of.get(submission.id, ""),
    )
