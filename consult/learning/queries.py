"""What the page of the analysis model and ``consult model list`` show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts.models import User
from consult.issues.queries import latest_run
from consult.tones import queries as tones
from consult.tones.measured import shipped_summary
from consult.tones.models import ToneModelFile
from consult.tones.rules import SHIPPED
from reports.estimates.accuracy import Accuracy, accuracies


@dataclass(frozen=True, slots=True)
class Version:
    """One model that can be chosen."""

    version: str  #: or `SHIPPED`
    origin: str  #: "shipped", "trained" or "imported"
    made_at: datetime | None
    made_by: str
    summary: Mapping[str, Any]
    is_chosen: bool

    @property
    def measured(self) -> tuple[Accuracy, ...]:
        """How often it was right with each true tone, on texts it did not learn from; nothing when unmeasured."""
        return accuracies(self.summary.get("confusion"))

    @property
    def tested(self) -> int:
        """Texts that it was measured on."""
        return sum(one.tested for one in self.measured)

    @property
    def uncertain(self) -> float:
        """The share of them that it left uncertain, from 0 to 1."""
        return sum(one.uncertain for one in self.measured) / max(1, self.tested)


@dataclass(frozen=True, slots=True)
class Overview:
    """The models of this installation, and how far the findings follow the choice."""

    chosen: Version
    chosen_at: datetime | None
    chosen_by: str
    versions: list[Version]  #: the newest first, the shipped one last
    corrections: int  #: that stand
    new_corrections: int  #: that stand and were made after the chosen model was
    run_version: str  #: all that the findings shown at present depend on; "" before the first analysis
    is_followed: bool  #: whether those findings are the chosen model's


def overview(own: Session) -> Overview:
    """Everything about the models and the corrections, without the text of any submission."""
    chosen_file, choice, run = tones.chosen(own), tones.choice(own), latest_run(own)
    held = [_version(row, name, chosen_file) for row, name in tones.versions(own)]
    held.append(Version(SHIPPED, "shipped", None, "", shipped_summary(), chosen_file is None))
    chosen = next(version for version in held if version.is_chosen)
    behind = tones.model_behind(own, run.model_version) if run else None
    name = own.scalar(select(User.display_name).where(User.id == choice.chosen_by)) if choice else None
    return Overview(
        chosen=chosen,
        chosen_at=choice.chosen_at if choice else None,
        chosen_by=name or "",
        versions=held,
        corrections=tones.standing_since(own, None),
        new_corrections=tones.standing_since(own, chosen.made_at),
        run_version=run.model_version if run else "",
        is_followed=run is not None and (behind.id if behind else None) == (chosen_file.id if chosen_file else None),
    )


def _version(row: ToneModelFile, name: str, chosen: ToneModelFile | None) -> Version:
    is_chosen = chosen is not None and row.id == chosen.id
    return Version(row.version, row.origin, row.made_at, name, tones.summary_of(row), is_chosen)
