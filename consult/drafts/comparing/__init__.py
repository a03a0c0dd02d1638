"""Two versions of a text: which clause became which, and what changed in it. Pure, no database."""

from __future__ import annotations

from consult.drafts.comparing.differences import differences, sides
from consult.drafts.comparing.matching import compare
from consult.drafts.comparing.model import Comparison, Fate, Pair, Piece, Side

__all__ = ["Comparison", "Fate", "Pair", "Piece", "Side", "compare", "differences", "sides"]
