"""Stance (立场) of a text toward a draft or clause, apart from its tone. What the author chose always wins over it."""

from __future__ import annotations

from reports.stance.model import Stance, StanceFinding, StanceModel, StanceModelDamaged, load_stance_model

__all__ = ["Stance", "StanceFinding", "StanceModel", "StanceModelDamaged", "load_stance_model"]
