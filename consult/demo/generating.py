"""Makes the whole demo town from a seed and a day."""

from __future__ import annotations

import random
from datetime import date

from consult.demo.answering import answers, bulletin_periods
from consult.demo.commenting import comments
from consult.demo.drafting import drafts
from consult.demo.ordering import Desk, latent_issues
from consult.demo.people import Crowd
from consult.demo.reading import category, sections
from consult.demo.town import Account, County, Leader, Place, Town, Township, Unit


def generate(seed: int, today: date) -> Town:
    """The demo town as it stands on the morning of `today`.

    Pure and deterministic: equal arguments give equal towns, on every machine. The seed changes who says what
    when; the drafts, the leaders and the latent issues stay the same. Takes less than a second.
    """
    rng = random.Random(f"consult-demo-{seed}")  # noqa: S311 - chance that can be repeated, no secret
    words = {key: [line.split("|") for line in lines] for key, lines in sections("", "county.txt").items()}
    townships = tuple(Township(*row) for row in words["towns"])
    places = tuple(Place(*row) for row in words["places"])
    units = tuple(Unit(*row) for row in words["units"])
    crowd = Crowd(rng)
    plans = drafts(today)
    said = comments(plans, crowd, today, rng)
    orders = Desk(units, townships, places, crowd, today).orders(rng)
    return Town(
        seed=seed,
        today=today,
        county=County(*words["county"][0]),
        townships=townships,
        places=places,
        leaders=tuple(Leader(*row) for row in words["leaders"]),
        units=units,
        categories=tuple(category("/".join(row)) for row in words["categories"]),
        accounts=tuple(Account(*row) for row in words["accounts"]),
        drafts=plans,
        comments=said,
        orders=orders,
        issues=latent_issues(orders, units),
        answers=answers(today, units),
        bulletins=bulletin_periods(today),
    )
