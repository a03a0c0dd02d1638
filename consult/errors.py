"""Situations that stop an action, each with the words for the person who meets it.

A service raises one of these; the error handlers of `consult.web.error_pages` turn whatever is not
caught by a view into a page in the site's own look. The message is an English msgid and is translated
where it is shown, so that services stay free of the request.
"""

from __future__ import annotations

from http import HTTPStatus


class Situation(Exception):
    """Something a person did, or a state they met, that cannot go on. Never a bug."""

    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY
    #: English msgid, may hold %(name)s placeholders filled from `params`.
    message: str = "This cannot be done."

    def __init__(self, message: str | None = None, **params: object) -> None:
        self.message = message or type(self).message
        self.params = params
        super().__init__(self.message % params if params else self.message)


class NotFound(Situation):
    """There is no such thing, or this viewer may not know of it."""

    status = HTTPStatus.NOT_FOUND
    message = "There is nothing at this address, or it is not public."


class NotAllowed(Situation):
    """The person is known, but this is not theirs to do."""

    status = HTTPStatus.FORBIDDEN
    message = "Your account may not do this."


class Conflict(Situation):
    """Somebody else, or an earlier click, has changed the thing in the meantime."""

    status = HTTPStatus.CONFLICT
    message = "This has changed since you opened the page."


class IllegalTransition(Conflict):
    """A status was asked to change in a way that its rules do not allow."""

    message = "This step is not possible from the present status."


class InvalidInput(Situation):
    """What was typed or sent cannot be accepted; `field` names the form field concerned."""

    def __init__(self, message: str, *, field: str = "", **params: object) -> None:
        super().__init__(message, **params)
        self.field = field


class TooManyRequests(Situation):
    """A rate limit was reached; `retry_after` is in seconds."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    message = "That was too many attempts in a short time."

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class Unavailable(Situation):
    """The service cannot answer at this moment (database away, disk full)."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    message = "The service cannot answer at this moment."
