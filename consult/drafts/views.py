"""Drafts as the public reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_login import current_user
from markupsafe import Markup

from consult import db
from consult.drafts import changes, queries, rules
from consult.drafts.forms import KIND_LABELS, PHASE_LABELS
from consult.drafts.models import Draft, DraftKind, DraftVersion
from consult.drafts.queries import Count, Passage, name_of
from consult.drafts.rules import Phase
from consult.drafts.shelf import shelf
from consult.errors import NotFound
from consult.web import feeds
from consult.web.access import public
from consult.web.filters import localdate
from consult.web.pagination import paginate, requested_page
from consult.web.visitor import now

bp = Blueprint("drafts", __name__)

_FILTERED_PHASES = (Phase.OPEN, Phase.UPCOMING, Phase.CLOSED, Phase.REPORTED)


def filter_value(name: str, allowed: object) -> str:
    """A filter of the address when it is one of the values there are, else ""."""
    value = request.args.get(name, "")
    return value if value in list(allowed) else ""  # type: ignore[call-overload]


@bp.get("/drafts")
@public
def index() -> ResponseReturnValue:
    own, moment = db.session(), now()
    phase = filter_value("phase", _FILTERED_PHASES)
    kind = filter_value("kind", DraftKind)
    words = request.args.get("q", "")[:100]
    wanted = queries.public_drafts(moment, phase, kind, words)
    page = paginate(own, wanted, number=requested_page(), size=12)
    return render_template(
        "drafts/index.html",
        page=page,
        counts=queries.voices().of_drafts(own, [d.id for d in page.items]),
        phase_of=lambda draft: rules.phase(draft, moment),
        days_left=lambda draft: rules.days_left(draft, moment),
        filters={"phase": phase, "kind": kind, "q": words},
        phases=[(p.value, PHASE_LABELS[p]) for p in _FILTERED_PHASES],
        kinds=KIND_LABELS,
    )


@bp.get("/drafts.atom")
@public
def atom() -> ResponseReturnValue:
    entries = [_entry(draft) for draft in queries.newest_public_drafts(db.session())]
    return feeds.atom("征求意见", entries, empty_since=now())


def _entry(draft: Draft) -> feeds.Entry:
    """Only what the public page shows."""
    return feeds.Entry(
        title=draft.title,
        url=url_for("drafts.show", slug=draft.slug),
        updated=draft.published_at or draft.created_at,
        summary=f"征求意见截至{localdate(draft.closes_at)}。{draft.explanation[:200]}",
        published=draft.published_at,
        author=draft.organ,
    )


@bp.get("/drafts/<slug>")
@public
def show(slug: str) -> ResponseReturnValue:
    own = db.session()
    draft = queries.access_draft(own, current_user, slug)
    if draft.state == "withdrawn":
        return render_template("drafts/withdrawn.html", draft=draft, kinds=KIND_LABELS)
    return _text(draft, queries.current_version(own, draft), is_current=True)


@bp.get("/drafts/<slug>/versions/<int:number>")
@public
def version(slug: str, number: int) -> ResponseReturnValue:
    own = db.session()
    draft = queries.access_draft(own, current_user, slug)
    if draft.state == "withdrawn":
        return render_template("drafts/withdrawn.html", draft=draft, kinds=KIND_LABELS)
    found = queries.access_version(own, current_user, draft, number)
    return _text(draft, found, is_current=found.number == queries.current_version(own, draft).number)


@bp.get("/drafts/<slug>/compare/<int:a>/<int:b>")
@public
def compare(slug: str, a: int, b: int) -> ResponseReturnValue:
    """What changed between two versions, the older one first whichever way the address names them."""
    own = db.session()
    draft = queries.access_draft(own, current_user, slug)
    if draft.state == "withdrawn":
        return render_template("drafts/withdrawn.html", draft=draft, kinds=KIND_LABELS)
    public_ones = queries.public_versions(own, draft)
    by_number = {version.number: version for version in public_ones}
    if a == b or not {a, b} <= by_number.keys():
        raise NotFound()
    if a > b:
        return redirect(url_for("drafts.compare", slug=slug, a=b, b=a), 301)
    found = changes.between(own, by_number[a], by_number[b])
    numbers = sorted(by_number)
    return render_template(
        "drafts/compare.html",
        draft=draft,
        old=by_number[a],
        new=by_number[b],
        pairs=[(x, y) for x in numbers for y in numbers if x < y],
        runs=changes.runs(found),
        counts=changes.counts(found),
        credits=changes.credits_of(own, [change.new.id for change in found if change.new is not None]),
    )


def _contents(
    passages: Sequence[Passage], counts: Mapping[int | None, Count], level: int = 1
) -> Iterator[dict[str, object]]:
    """The table of contents: chapters, and the clauses one can speak on."""
    for passage in passages:
        row = passage.clause
        if row.ref is not None:
            count = counts[row.id].received if row.id in counts else 0
            yield {"text": name_of(row), "href": f"#clause-{row.ref}", "level": level, "count": count}
        else:
            yield {"text": name_of(row), "href": f"#part-{row.position}", "level": level}
            yield from _contents(passage.children, counts, min(level + 1, 3))


def _text(draft: Draft, shown: DraftVersion, *, is_current: bool) -> ResponseReturnValue:
    """The page of one version; only the current one invites comments."""
    own, moment = db.session(), now()
    phase = rules.phase(draft, moment)
    total, counts = queries.voices().of_version(own, draft, shown)
    gone = queries.voices().of_gone(own, shown) if is_current and shown.number > 1 else ()
    return render_template(
        "drafts/show.html" if is_current else "drafts/version.html",
        draft=draft,
        version=shown,
        versions=queries.public_versions(own, draft),
        text=_rendered(draft, shown, counts, speak=is_current and phase is Phase.OPEN),
        counts=counts,
        gone=gone,
        no_count=queries.Count(),
        total=total,
        phase=phase,
        is_open=phase is Phase.OPEN,
        days_left=rules.days_left(draft, moment) if draft.closes_at else None,
        total_days=rules.total_days(draft) if draft.closes_at else None,
        kinds=KIND_LABELS,
    )


def _rendered(
    draft: Draft, shown: DraftVersion, counts: Mapping[int | None, Count], *, speak: bool
) -> Mapping[str, Markup]:
    """The text of a version and its contents, most of the page; rendered once for all who see the same."""

    def render() -> Mapping[str, Markup]:
        passages = queries.tree(queries.clauses_to_read(db.session(), shown))
        contents = list(_contents(passages, counts))
        values = {"draft": draft, "passages": passages, "contents": contents, "counts": counts, "speak": speak}
        return {
            part: Markup(render_template("drafts/_text.html", part=part, no_count=queries.Count(), **values))  # noqa: S704
            for part in ("body", "folded", "rail")
        }

    if shown.published_at is None:
        return render()
    numbers = tuple((key, count.received, count.people) for key, count in counts.items() if key is not None)
    key = ("text", shown.id, str(get_locale()), request.script_root, speak, numbers)
    return shelf().take(key, render)
