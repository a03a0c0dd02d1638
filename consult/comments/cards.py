"""Cards of comments, and long lists of choices, rendered once for all who see the same.

A page of twenty comments is mostly cards that did not change since the last visitor. A card is kept for those who are
not signed in, under every value of its comment's row and everything else that it shows, so that it is rendered anew as
soon as one of them differs; whoever is signed in has buttons of their own, and whatever stands beside a comment (files,
a proposed wording, answers, the fate of its clause) is rendered each time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence

from flask import current_app, request
from flask_babel import get_locale
from flask_login import AnonymousUserMixin
from markupsafe import Markup
from sqlalchemy import inspect

from consult.comments.models import Comment
from consult.drafts.models import Draft
from consult.drafts.shelf import Shelf

#: Kept at most, of one to three kilobytes each.
ROOM = 3_000

_COLUMNS = tuple(column.key for column in inspect(Comment).column_attrs)


def card_key(
    comment: Comment,
    draft: Draft,
    viewer: AnonymousUserMixin,
    shown: Sequence[Hashable],
    beside: Collection[Collection[int]],
) -> Hashable | None:
    """What a card is kept under; None for one that is not kept.

    Args:
        shown: what the card shows besides the comment's row and the draft's address.
        beside: by what may stand beside a comment, the numbers of the comments that have it.
    """
    if viewer.is_authenticated or any(comment.id in those for those in beside):
        return None
    row = vars(comment)
    return ("card", draft.slug, *shown, *(row[name] for name in _COLUMNS))


def kept(key: Sequence[Hashable] | None, caller: Callable[[], Markup]) -> Markup:
    """For ``{% call kept(key) %}``: the block as it was rendered under this key before, or rendered now."""
    if key is None:
        return caller()
    shelf: Shelf = current_app.extensions.setdefault("consult.comments.cards", Shelf(ROOM))
    return shelf.take((*key, str(get_locale()), request.script_root), caller)
