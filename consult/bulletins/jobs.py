"""Building bulletins and making their final files, as background work."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session, undefer

from consult.bulletins import gathering
from consult.bulletins.editions import public_edition, quoted_ids, signed
from consult.bulletins.models import Bulletin, BulletinFile, BulletinState, BulletinSubject, Edition
from consult.bulletins.queries import content_of, gone_from_public
from consult.bulletins.rules import FORMATS, PUBLIC_FORMATS
from consult.clock import local
from consult.db import new_session
from consult.issues import material
from consult.issues.material import parsed
from consult.jobs.worker import JobContext
from consult.tones import loading
from consult.tones.queries import model_behind, summary_of
from reports import charts, documents
from reports.bulletin import Bulletin as Content
from reports.bulletin import compose, to_plain
from reports.explanations import HEAT_RULE, corrected_share, local_tone_accuracy, tone_accuracy
from reports.model import Analysis


def build(ctx: JobContext) -> Mapping[str, Any]:
    """Handler of ``bulletins.build``: compose, draw, and store everything in one transaction."""
    number = int(ctx.payload["bulletin_id"])
    now = ctx.clock.now()
    with new_session(ctx.engine, reads_only=True) as own:
        bulletin = own.get_one(Bulletin, number)
        if bulletin.state != BulletinState.BUILDING:
            return _result(number)  # an earlier attempt got this far
        period = gathering.period_of(bulletin)
        submissions = gathering.submissions_in(own, period)
        analysis = gathering.analysis_of(own, submissions)
        accuracy = _accuracy(own, analysis)
        extra = gathering.extra_of(own, bulletin, accuracy, HEAT_RULE, now)
    ctx.progress(1, len(FORMATS) + 2)
    content = compose(
        submissions, analysis, period=period, title=bulletin.title or None, generated_at=local(now), extra=extra
    )
    files = _render(ctx, content, FORMATS)
    drawings = [(f"chart:{key}", charts.render(chart)) for key, chart in content.charts.items()]
    result = _result(number)
    with ctx.last_step(result, total=len(FORMATS) + 2) as own:
        bulletin = own.get_one(Bulletin, number)
        bulletin.title = content.title
        bulletin.content = json.dumps(to_plain(content), ensure_ascii=False)
        bulletin.content_sha256 = content.content_sha256
        bulletin.model_version = content.model_version
        bulletin.submissions = len(content.submissions)
        bulletin.built_at = now
        bulletin.state = BulletinState.BUILT
        _store(own, number, Edition.DRAFT, [*files, *drawings])
        own.execute(delete(BulletinSubject).where(BulletinSubject.bulletin_id == number))
        for line in content.submissions:
            kind, subject_id = parsed(line.id)
            own.add(BulletinSubject(bulletin_id=number, kind=kind, subject_id=subject_id))
    return result


def _accuracy(own: Session, analysis: Analysis) -> str:
    """How good the model is that made these very findings, and how many of them people corrected."""
    model, shipped = model_behind(own, analysis.model_version), loading.shipped()
    said = ""
    if model is not None:
        held_out = summary_of(model).get("held_out", {})
        said = local_tone_accuracy(model.version, held_out.get("rows", 0), held_out.get("figures", {}))
    elif shipped.version in analysis.model_version.split("/"):
        said = tone_accuracy(shipped)
    return said + corrected_share(gathering.corrected_in(own, analysis))


def publish(ctx: JobContext) -> Mapping[str, Any]:
    """Handler of ``bulletins.publish``: the signed files, from the very content that was read and signed."""
    number = int(ctx.payload["bulletin_id"])
    with new_session(ctx.engine, reads_only=True) as own:
        bulletin = own.get_one(Bulletin, number, options=[undefer(Bulletin.content)])
        if bulletin.state != BulletinState.SIGNING:
            return _result(number)
        internal = signed(bulletin, content_of(bulletin))
        quotable = material.quotable(own, quoted_ids(internal))
    open_to_all = public_edition(internal, quotable)
    internal_files = _render(ctx, internal, FORMATS)
    public_files = _render(ctx, open_to_all, PUBLIC_FORMATS)
    result = _result(number)
    with ctx.last_step(result, total=len(FORMATS) + 2) as own:
        bulletin = own.get_one(Bulletin, number)
        bulletin.content = json.dumps(to_plain(internal), ensure_ascii=False)
        bulletin.state = BulletinState.PUBLISHED
        bulletin.published_at = ctx.clock.now()
        bulletin.public_quotes = json.dumps(sorted(quotable))
        _store(own, number, Edition.INTERNAL, internal_files)
        _store(own, number, Edition.PUBLIC, public_files)
    return result


def renew(ctx: JobContext) -> Mapping[str, Any]:
    """Handler of ``bulletins.renew``: the public files once more, without the words that were taken back.

    The internal edition stays as it was signed: it is the record of what was read.
    """
    number = int(ctx.payload["bulletin_id"])
    with new_session(ctx.engine, reads_only=True) as own:
        bulletin = own.get_one(Bulletin, number, options=[undefer(Bulletin.content)])
        if bulletin.state != BulletinState.PUBLISHED:
            return _result(number)
        content, gone = content_of(bulletin), gone_from_public(own, bulletin)
        printed = frozenset(json.loads(bulletin.public_quotes)) - gone
    files = _render(ctx, public_edition(content, printed, gone), PUBLIC_FORMATS)
    result = _result(number)
    with ctx.last_step(result) as own:
        bulletin = own.get_one(Bulletin, number)
        bulletin.public_quotes, bulletin.public_taken_back = json.dumps(sorted(printed)), json.dumps(sorted(gone))
        _store(own, number, Edition.PUBLIC, files)
    return result


def _render(ctx: JobContext, content: Content, formats: tuple[str, ...]) -> list[tuple[str, bytes]]:
    files = []
    for n, name in enumerate(formats, 1):
        files.append((name, documents.RENDERERS[name](content)))
        ctx.progress(1 + n, len(FORMATS) + 2, name.upper())
    return files


def _store(own: Session, number: int, edition: Edition, files: list[tuple[str, bytes]]) -> None:
    own.execute(delete(BulletinFile).where(BulletinFile.bulletin_id == number, BulletinFile.edition == edition))
    for name, data in files:
        own.add(
            BulletinFile(
                bulletin_id=number,
                edition=edition,
                format=name,
                size=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                data=data,
            )
        )


def _result(number: int) -> Mapping[str, Any]:
    return {"bulletin_id": number, "next": f"/desk/bulletins/{number}"}
