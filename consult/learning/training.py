"""Making a model from the shipped texts and local labels, and measuring it on labels that were held out."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from consult.errors import Situation
from consult.issues import material
from consult.tones import loading
from consult.tones.models import Origin
from consult.tones.queries import corrections
from consult.tones.service import NewModel
from consult.web.subjects import subject_of
from reports.masking import mask
from reports.model import Progress, Tone, silent
from reports.scoring import Scorer
from reports.tone.evaluation import Estimate, Evaluation, evaluate
from reports.tone.examples import Labelled
from reports.tone.features import submission_text
from reports.tone.model import read_tone_model
from reports.tone.training import train

#: One label of so many is held out.
HELD_OUT_OF = 5
#: Fewer held-out labels than this say nothing: the interval of a share of 0.8 is then wider than 0.3.
FEWEST_HELD_OUT = 20
_STEPS = 1_000


class NothingToLearn(Situation):
    """There is no label besides those that come with the program."""

    message = "Nobody has corrected a tone yet, and no labels were given: there is nothing to learn from."


@dataclass(frozen=True, slots=True)
class Labels:
    """What there is to learn from besides the shipped texts."""

    corrections: Sequence[Labelled]
    of_files: Sequence[Labelled] = ()
    #: Whether the labels are a fair sample of what comes in, whose shares of tones are to be expected from then on.
    representative: bool = False

    @property
    def all(self) -> list[Labelled]:
        """Every label, corrections last."""
        return [*self.of_files, *self.corrections]


def corrected_labels(own: Session) -> list[Labelled]:
    """The masked texts whose tone an officer corrected, with the tone in force.

    Left out is what was taken back or refused, and what was changed since it was corrected.
    """
    said = {key: correction for key, correction in corrections(own).items() if correction.tone}
    found = material.submissions_of(own, [subject_of(key) for key in said])
    return [
        Labelled(mask(submission_text(submission)).text, Tone(said[key].tone), group=key)
        for key, submission in sorted(found.items())
        if said[key].holds_for(material.text_hash(submission))
    ]


def learn(labels: Labels, *, scorer: Scorer, progress: Progress = silent) -> NewModel:
    """A model that has learnt from all the labels, with the figures of its twin that had not seen the held-out ones.

    The same labels give the same model, byte for byte. Raises `NothingToLearn`.
    """
    every = [replace(label, text=mask(label.text).text) for label in labels.all]
    if not every:
        raise NothingToLearn()
    held_out = [label for label in every if _is_held_out(label)]
    counted = {
        "corrections": len(labels.corrections),
        "file_labels": len(labels.of_files),
        "by_tone": _counted(every),
        "representative": labels.representative,
    }
    summary: dict[str, Any] = dict(counted)
    if len(held_out) >= FEWEST_HELD_OUT:
        rest = [label for label in every if not _is_held_out(label)]
        twin = read_tone_model(
            train(rest, scorer=scorer, representative=labels.representative, progress=_part(progress, 0.0, 0.4))
        )
        found = evaluate(twin, held_out, scorer=scorer)
        summary["held_out"] = measured(found, evaluate(loading.shipped(), held_out, scorer=scorer))
        if labels.representative and not labels.corrections:
            # Shares are corrected by these errors. Those on corrections would mislead: people correct what is wrong.
            summary["confusion"] = [list(row) for row in found.confusion]
    begin = 0.5 if "held_out" in summary else 0.0
    content = train(
        every,
        scorer=scorer,
        representative=labels.representative,
        summary={"local": counted},
        progress=_part(progress, begin, 1.0),
    )
    return NewModel(read_tone_model(content).version, content, Origin.TRAINED, summary)


def measured(found: Evaluation, shipped: Evaluation | None = None) -> dict[str, Any]:
    """An evaluation as plain values: each figure as [value, low, high], beside those of the baselines."""
    plain = {"figures": found.figures, "majority": found.majority, "stock": found.stock}
    if shipped is not None:
        plain["shipped"] = shipped.figures
    return {
        "rows": found.rows,
        "by_tone": {str(tone): number for tone, number in found.by_tone.items()},
        **{which: _told(of) for which, of in plain.items()},
    }


def _told(figures: Mapping[str, Estimate]) -> dict[str, list[float]]:
    """Each figure as [value, low, high]; one that these labels cannot tell, as an AUC of one class, is left out."""
    return {name: [e.value, e.low, e.high] for name, e in figures.items() if math.isfinite(e.value)}


def _is_held_out(label: Labelled) -> bool:
    """By what is said and not by chance: the same text is always on the same side."""
    digest = hashlib.sha256("".join(filter(str.isalnum, label.text)).encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:4], "big") % HELD_OUT_OF == 0


def _counted(labels: Sequence[Labelled]) -> Mapping[str, int]:
    return {tone.value: number for tone, number in sorted(Counter(label.tone for label in labels).items())}


def _part(progress: Progress, begin: float, end: float) -> Progress:
    def told(done: int, total: int) -> None:
        share = begin + (end - begin) * (done / total if total else 0.0)
        progress(int(share * _STEPS), _STEPS)

    return told
