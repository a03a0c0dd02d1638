"""Search over what is public: drafts and their clauses, answers, messages, bulletins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from consult.bulletins import queries as bulletins
from consult.bulletins.models import Bulletin
from consult.drafts import queries as drafts
from consult.drafts.models import Clause, Draft, DraftVersion
from consult.hotline import queries as hotline
from consult.hotline.models import WorkOrder
from consult.responses import queries as responses
from consult.responses.models import Response, ResponseState, Thread

#: Results shown of each sort.
SHOWN = 10
CONTEXT = 40


@dataclass(frozen=True, slots=True)
class Hit:
    """One result: every part of it is public text."""

    sort: str  #: "draft", "answer", "message" or "bulletin"
    title: str
    excerpt: str
    url: str


def search(own: Session, words: str, now: datetime) -> list[Hit]:
    """Public things that hold every one of the words, in the order drafts, answers, messages, bulletins."""
    terms = [t for t in words.split() if t][:6]
    if not terms:
        return []
    return [
        *_drafts(own, terms, now),
        *_answers(own, terms),
        *_messages(own, terms),
        *_bulletins(own, terms),
    ]


def excerpt(text: str, term: str) -> str:
    """The text round the first place of a term."""
    at = text.casefold().find(term.casefold())
    start = max(0, at - CONTEXT)
    piece = " ".join(text[start : start + 3 * CONTEXT].split())
    return ("…" if start else "") + piece + ("…" if start + 3 * CONTEXT < len(text) else "")


def _drafts(own: Session, terms: list[str], now: datetime) -> list[Hit]:
    public = drafts.public_drafts(now).order_by(None)
    newest = (
        select(DraftVersion.id)
        .where(DraftVersion.draft_id == Draft.id)
        .order_by(DraftVersion.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    for term in terms:
        holds = (
            select(Clause.id).where(Clause.version_id == newest, Clause.text.contains(term, autoescape=True)).exists()
        )
        title = Draft.title.contains(term, autoescape=True)
        public = public.where(or_(title, Draft.explanation.contains(term, autoescape=True), holds))
    found = own.scalars(public.order_by(Draft.published_at.desc()).limit(SHOWN)).all()
    return [Hit("draft", d.title, excerpt(d.explanation, terms[0]), url_for("drafts.show", slug=d.slug)) for d in found]


def _answers(own: Session, terms: list[str]) -> list[Hit]:
    statement = responses.public_threads()
    for term in terms:
        answered = (
            select(Response.id)
            .where(
                Response.thread_id == Thread.id,
                Response.state == ResponseState.PUBLISHED,
                Response.body.contains(term, autoescape=True),
            )
            .exists()
        )
        statement = statement.where(
            or_(Thread.title.contains(term, autoescape=True), Thread.summary.contains(term, autoescape=True), answered)
        )
    found = own.scalars(statement.limit(SHOWN)).unique().all()
    return [
        Hit(
            "answer",
            t.title,
            excerpt(responses.card_of(t).answer or t.summary, terms[0]),
            url_for("responses.show", thread_id=t.id),
        )
        for t in found
    ]


def _messages(own: Session, terms: list[str]) -> list[Hit]:
    statement = hotline.public_messages()
    for term in terms:
        statement = statement.where(
            or_(WorkOrder.title.contains(term, autoescape=True), WorkOrder.body.contains(term, autoescape=True))
        )
    return [
        Hit("message", m.title, excerpt(m.body, terms[0]), url_for("hotline.show", number=m.number))
        for m in own.scalars(statement.limit(SHOWN)).unique()
    ]


def _bulletins(own: Session, terms: list[str]) -> list[Hit]:
    statement = bulletins.published()
    for term in terms:
        statement = statement.where(Bulletin.title.contains(term, autoescape=True))
    return [
        Hit("bulletin", b.title, "", url_for("bulletins.show", number=b.number_in_all))
        for b in own.scalars(statement.limit(SHOWN))
    ]
