"""snownlp's sentiment score, exactly, without snownlp in memory (see docs/analysis.md)."""

from __future__ import annotations

from reports.scoring.scorer import DecoderChoice, Scorer, load_scorer
from reports.scoring.source import ModelMissing, ModelUnsupported
from reports.scoring.tables import TablesNotBuilt

__all__ = ["DecoderChoice", "ModelMissing", "ModelUnsupported", "Scorer", "TablesNotBuilt", "load_scorer"]
