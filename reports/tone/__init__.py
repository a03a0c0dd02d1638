"""Tone (情感倾向) of a citizen's words, by a small calibrated classifier that knows when it does not know."""

from __future__ import annotations

from reports.tone.model import ToneModel, ToneModelDamaged, load_tone_model

__all__ = ["ToneModel", "ToneModelDamaged", "load_tone_model"]
