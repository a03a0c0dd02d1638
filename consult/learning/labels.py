"""The names of tones and of the figures of a model, for people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

#: The tones that a person may name, in the order of the buttons, and the machine's own word.
TONES = {"negative": _l("Negative"), "neutral": _l("Neutral"), "positive": _l("Positive")}
ALL_TONES = {**TONES, "uncertain": _l("Uncertain")}

FIGURES = {
    "accuracy": _l("Right tone"),
    "macro_f1": _l("Macro-F1"),
    "macro_f1_negative": _l("Macro-F1, negative against the rest"),
    "auc_negative": _l("AUC, negative against the rest"),
    "calibration_error": _l("Calibration error"),
    "negatives_called_positive": _l("Negatives called positive"),
    "uncertain_share": _l("Left uncertain"),
}
