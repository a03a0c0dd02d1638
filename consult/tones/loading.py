"""The tone model in use, ready to judge. For workers and commands only: a web process never loads one."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.errors import Situation
from consult.tones import queries
from consult.tones.models import ToneModelFile
from reports.model import Progress, silent
from reports.scoring import DecoderChoice, ModelMissing, ModelUnsupported, Scorer, TablesNotBuilt, load_scorer
from reports.tone import ToneModel, ToneModelDamaged, load_tone_model
from reports.tone.model import read_tone_model


class ModelUnusable(Situation):
    """The model in use cannot be read by this version of the program, or its row was altered."""

    message = (
        "The analysis model %(version)s cannot be used: it is damaged or made for another version of this program. "
        "Choose another one, or the one that comes with the program."
    )


class ScorerUnready(Situation):
    """snownlp's model is not there, or its tables have no place to be."""

    message = (
        "The scoring tables cannot be prepared (%(why)s). They need snownlp and a folder that can be written, which "
        "CONSULT_CACHE may name."
    )


def scorer(cache: Path, progress: Progress = silent) -> Scorer:
    """The scorer, its tables prepared in a folder at the first call on a machine. Raises `ScorerUnready`.

    On numpy, also where numba is installed: of the time that a text takes here splitting is a hundredth, and numba
    would cost every worker a second and 200 MB.
    """
    try:
        return load_scorer(cache, progress, decoder=DecoderChoice.NUMPY)
    except (ModelMissing, ModelUnsupported, TablesNotBuilt) as error:
        raise ScorerUnready(why=str(error)) from None


class _Holder:
    """The model read last. Models are immutable, and another one takes the place as a whole."""

    def __init__(self) -> None:
        self._held: tuple[str, ToneModel] | None = None

    def get(self, own: Session, row: ToneModelFile) -> ToneModel:
        held = self._held
        if held is None or held[0] != row.sha256:
            held = (row.sha256, _read(own, row))
            self._held = held
        return held[1]


_holder = _Holder()
#: The one that comes with the program cannot change while the program runs.
shipped = lru_cache(maxsize=1)(load_tone_model)


def model_in_use(own: Session) -> ToneModel:
    """The chosen model, at this moment. Raises `ModelUnusable`; never answers with another one silently."""
    row = queries.chosen(own)
    return shipped() if row is None else model_of(own, row)


def model_of(own: Session, row: ToneModelFile) -> ToneModel:
    """A model held here. Raises `ModelUnusable`."""
    return _holder.get(own, row)


def _read(own: Session, row: ToneModelFile) -> ToneModel:
    content = own.scalar(select(ToneModelFile.content).where(ToneModelFile.id == row.id)) or b""
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise ModelUnusable(version=row.version)
    try:
        return read_tone_model(content)
    except ToneModelDamaged:
        raise ModelUnusable(version=row.version) from None


def is_in_use(own: Session, model: ToneModel) -> bool:
    """Whether nobody has chosen another model meanwhile."""
    row = queries.chosen(own)
    return model.version == (shipped().version if row is None else row.version)
