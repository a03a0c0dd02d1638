"""The challenge against robots as pages carry it: which form needs one, its words, and wrong answers."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import get_locale

from consult import db
from consult.comments import challenges
from consult.comments.challenges import Answer, Challenge, ChallengeFailed, Challenges
from consult.comments.labels import QUESTION_LABELS
from consult.comments.numerals import chinese_number, english_number
from consult.errors import InvalidInput
from consult.web.visitor import now


def robots() -> Challenges | None:
    """The application's challenges; None where they are switched off."""
    settings = current_app.extensions["consult.settings"]
    return Challenges(settings.secret_key) if settings.challenge else None


def given(form: Any) -> Answer:
    """What came back with a form."""
    return Answer(form.solution.data or "", form.question.data or "", form.answer.data or "")


def pose(form: Any) -> Challenge | None:
    """Put a challenge into a form that is about to be shown; None where what came with it still holds.

    Whoever answered rightly and is refused for something else is not asked again.
    """
    setter = robots()
    if setter is None:
        return None
    if not form.answer.errors and setter.check(given(form), now()) is not None:
        return None
    made = setter.new(now())
    form.solution.data, form.question.data, form.answer.data = "", made.token, ""
    form.answer.label.text = _worded(made.question)
    return made


def give_up(form: Any, refused: InvalidInput) -> None:
    """After a wrong answer: its question serves no more, so that nobody tries one number after the other."""
    setter = robots()
    if not isinstance(refused, ChallengeFailed) or setter is None:
        return
    asked = setter.asked(form.question.data or "", now())
    if asked is not None and form.answer.data:
        db.release()
        with db.transaction(db.engine()) as own:
            challenges.burn(own, asked)


def _worded(question: tuple[str, str, str]) -> str:
    kind, *numbers = question
    write = english_number if str(get_locale()) == "en" else chinese_number
    a, b = (write(int(number)) for number in numbers)
    return str(QUESTION_LABELS[kind]) % {"a": a, "b": b}
