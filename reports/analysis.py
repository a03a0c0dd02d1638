"""The one call that says everything the machine has to say of a set of submissions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reports.campaigns import find_campaigns
from reports.findings import find_each, model_version, readable
from reports.issues import find_issues
from reports.model import Analysis, Campaign, Finding, Issue, KnownIssue, Progress, Submission, Tone, silent
from reports.scoring import Scorer
from reports.tone import ToneModel

#: Share of the progress bar that reading the single texts takes; grouping takes the rest.
_SHARE_OF_READING = 0.8
_STEPS = 1_000

#: How negative a tone counts for heat; 不确定 counts as nothing known.
_NEGATIVITY = {Tone.NEGATIVE: 1.0, Tone.NEUTRAL: 0.5, Tone.POSITIVE: 0.0}


def analyse(
    submissions: Sequence[Submission],
    *,
    scorer: Scorer,
    tone_model: ToneModel,
    known: Sequence[KnownIssue] = (),
    as_of: datetime | None = None,
    progress: Progress = silent,
) -> Analysis:
    """Score, tone, kind, keywords and places of each submission; campaigns and issues of all.

    Every id given has a finding, and is in exactly one issue or in `unplaced`. Of submissions with the same id the
    first counts. Odd input is no error: what has no text to read gets `Tone.NO_TEXT` and the note "no_text"; NUL and
    lone surrogates are read as spaces; of a text only the first `reports.findings.MOST_CHARS` characters count (note
    "cut").
    `model_version` names the scorer, the tone model and the two ways of grouping, so that stored findings can be told
    from those of another version. `known` and `as_of` are those of `find_issues`.
    """
    given: dict[str, Submission] = {}
    for submission in submissions:
        given.setdefault(submission.id, submission)
    findings: dict[str, Finding] = {}
    for finding in find_each(given.values(), scorer=scorer, tone_model=tone_model):
        findings[finding.id] = finding
        progress(int(_SHARE_OF_READING * _STEPS * len(findings) / len(given)), _STEPS)
    groups = group(
        list(given.values()),
        tones={identifier: finding.tone.tone for identifier, finding in findings.items()},
        known=known,
        as_of=as_of,
    )
    progress(_STEPS, _STEPS)
    return Analysis(
        model_version=model_version(scorer, tone_model),
        findings=findings,
        campaigns=groups.campaigns,
        issues=groups.issues,
        unplaced=groups.unplaced,
    )


@dataclass(frozen=True, slots=True)
class Groups:
    """Campaigns and issues of a set of submissions; every id is in an issue or in `unplaced`."""

    campaigns: tuple[Campaign, ...]
    issues: tuple[Issue, ...]
    unplaced: Mapping[str, str]


def group(
    submissions: Sequence[Submission],
    *,
    tones: Mapping[str, Tone],
    known: Sequence[KnownIssue] = (),
    as_of: datetime | None = None,
    progress: Progress = silent,
) -> Groups:
    """What the submissions say together. `tones` are those found before, by id; `known` and `as_of` are those
    of `find_issues`. Of submissions with the same id the first counts."""
    given: dict[str, Submission] = {}
    for submission in submissions:
        given.setdefault(submission.id, readable(submission))
    grouped = list(given.values())
    campaigns = find_campaigns(grouped)
    progress(1, 3)
    negativity = {i: _NEGATIVITY[tone] for i, tone in tones.items() if tone in _NEGATIVITY}
    result = find_issues(grouped, campaigns=campaigns, known=known, as_of=as_of, negativity=negativity)
    progress(3, 3)
    return Groups(tuple(campaigns), result.issues, result.unplaced)
