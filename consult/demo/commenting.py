"""Makes the comments on the drafts: every hand-written one once, others composed, and the campaigns.

A composed comment joins who the speaker is with one or two points. Each point is used at most twice and each
situation a few times, which is what keeps composed comments from being copies of one another.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from consult.demo.people import Crowd
from consult.demo.reading import Opinion, OpinionBook, opinions, rows
from consult.demo.rhythm import at_time, comment_day
from consult.demo.town import Comment, Draft, Person
from consult.demo.wording import Deck, Novelty

#: How many people follow each campaign.
_CAMPAIGNS = {"ebike-charging": 26, "parking-fees": 14, "dog-keeping": 11}

#: How often each point is used in a composed comment.
_USES = 2

#: How often a composed comment is drawn again before its point is left out.
_DRAWS = 6

#: What people who copy a text add to it, so that the copies are near-identical rather than equal.
_TAILS = ("", "", "", "！", "！！", "请重视。", "谢谢", "（转自业主群）", "支持！", " 望采纳", "🙏", "拜托了")
_HEADS = ("", "", "", "", "我是业主，", "转发：", "同意楼上，", "本人")

_SHORT = (
    "就说这么多。",
    "仅供参考。",
    "谢谢。",
    "望采纳。",
    "",
    "",
    "",
    "",
    "个人意见。",
    "辛苦了",
    "🙏",
    "请考虑一下。",
    "盼复",
)


def comments(drafts: Sequence[Draft], crowd: Crowd, today: date, rng: random.Random) -> tuple[Comment, ...]:
    """All comments, by draft and then by time."""
    found: list[Comment] = []
    for draft in drafts:
        if draft.state == "scheduled":
            continue
        said = sorted(_said(draft, crowd, today, rng), key=lambda s: (s[0], s[1].text))
        made = [
            _comment(draft, n, moment, what, campaign, who, rng)
            for n, (moment, what, campaign, who) in enumerate(said, 1)
        ]
        found.extend(_disposed(made, rng) if draft.state == "results" else made)
    return tuple(found)


_Said = tuple[datetime, Opinion, str, Person]


def _said(draft: Draft, crowd: Crowd, today: date, rng: random.Random) -> Iterator[_Said]:
    book = opinions(draft.slug)
    first = draft.opens_at.date()
    last = min(draft.closes_at.date(), today - timedelta(days=1))
    for what in (*book.whole, *_composed(book, rng)):
        yield _moment(draft, comment_day(first, last, rng), rng), what, "", crowd.someone()
    start = comment_day(first, last - timedelta(days=4), rng) if last > first + timedelta(days=4) else first
    for _ in range(_CAMPAIGNS.get(draft.slug, 0)):
        model = book.campaign[0]
        text = rng.choice(_HEADS) + model.text + rng.choice(_TAILS)
        day = min(last, start + timedelta(days=int(rng.expovariate(0.6))))
        copy = Opinion(model.stance, model.clause, text)
        yield _moment(draft, day, rng), copy, f"{draft.slug}-campaign", crowd.someone()


def _moment(draft: Draft, day: date, rng: random.Random) -> datetime:
    moment = at_time(day, rng)
    return moment if moment > draft.opens_at else draft.opens_at + timedelta(minutes=rng.randint(5, 400))


def _composed(book: OpinionBook, rng: random.Random) -> Iterator[Opinion]:
    """Comments put together from a situation and one or two points; near-copies are drawn again."""
    new = Novelty(opinion.text for opinion in book.whole)
    situations = Deck(book.situations, rng)
    for turn in range(_USES):
        points = list(book.points)
        rng.shuffle(points)
        for point in points:
            for _ in range(_DRAWS):
                text = _joined(point, book.points, situations, turn, rng)
                if new.admits(text):
                    yield Opinion(point.stance, point.clause, text)
                    break


def _joined(point: Opinion, points: Sequence[Opinion], situations: Deck, turn: int, rng: random.Random) -> str:
    situation = situations.deal(1)[0] if rng.random() < 0.85 else ""
    extra = _companion(point, points, rng) if rng.random() < (0.4, 0.8)[turn] else ""
    if situation.endswith("。") and rng.random() < 0.25:
        return point.text + situation + extra + rng.choice(_SHORT)  # the reason after the demand
    return situation + point.text + extra + rng.choice(_SHORT)


def _companion(point: Opinion, points: Sequence[Opinion], rng: random.Random) -> str:
    others = [p.text for p in points if p.stance == point.stance and p.clause != point.clause]
    return rng.choice(("另外，", "还有，", "再说一点，", "")) + rng.choice(others) if others else ""


def _comment(
    draft: Draft, n: int, moment: datetime, what: Opinion, campaign: str, who: Person, rng: random.Random
) -> Comment:
    liked = 0 if campaign or what.refusal else int(rng.paretovariate(0.9)) - 1
    return Comment(
        key=f"{draft.slug}-{n:03d}",
        draft=draft.slug,
        version=1,
        clause=what.clause or None,
        stance=what.stance,
        text=what.text,
        author=who,
        anonymous=rng.random() < 0.35,
        publishable=rng.random() < 0.86,
        at=moment,
        campaign=campaign,
        refusal=what.refusal,
        endorsements=min(liked, 96),
        disposition="",
        reason="",
        duplicate_of="",
    )


def _disposed(made: Sequence[Comment], rng: random.Random) -> Iterator[Comment]:
    """The same comments, each that passed moderation with exactly one disposition (rules R8, R9)."""
    reasons = rows("comments", "dispositions.txt", 3)
    masters: dict[str, str] = {}
    for comment in made:
        if comment.refusal:
            yield comment
        elif comment.campaign in masters:
            yield _with(comment, "重复", "与同一意见内容相同，已归并办理。", masters[comment.campaign])
        else:
            if comment.campaign:
                masters[comment.campaign] = comment.key
            mark = "+" if comment.stance == "赞成" else str(comment.clause or 0)
            fitting = [r for r in reasons if r[0] == mark] or [r for r in reasons if r[0] == "0"]
            _, disposition, reason = rng.choice(fitting)
            yield _with(comment, disposition, reason, "")


def _with(comment: Comment, disposition: str, reason: str, master: str) -> Comment:
    values = {name: getattr(comment, name) for name in Comment.__slots__}
    return Comment(**values | {"disposition": disposition, "reason": reason, "duplicate_of": master})
