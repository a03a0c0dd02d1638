"""The demo town holds what the product needs to be shown, and nothing that could be taken for a real place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from consult.clock import SHANGHAI
from consult.demo import Town, generate
from consult.demo.wording import alike, grams

TODAY = date(2026, 11, 23)

#: Every name of the first two levels of the demo county, each invented and checked by its writer.
INVENTED = {
    "青汀县",
    "澜平市",
    "汀岸街道",
    "望荻街道",
    "鼓坪街道",
    "云碓镇",
    "石鹭镇",
    "柳荡镇",
    "枫埭镇",
    "大岔乡",
}


@pytest.fixture(scope="module")
def town() -> Town:
    return generate(7, TODAY)


def near_duplicate_share(texts: Sequence[str]) -> float:
    """The share of texts that are a near-duplicate of at least one other."""
    runs = [grams(text) for text in texts]
    near: set[int] = set()
    for i, one in enumerate(runs):
        for j in range(i):
            if alike(one, runs[j]):
                near |= {i, j}
    return len(near) / len(texts)


def test_the_town_is_large_enough_to_be_shown(town: Town) -> None:
    assert len(town.leaders) == 12
    assert len(town.units) >= 14
    assert 6 <= len(town.townships) <= 8
    assert len(town.places) >= 40
    assert len(town.drafts) == 6
    assert len(town.comments) >= 400
    assert len(town.orders) >= 600
    assert len(town.issues) >= 18
    assert sum(bool(order.turns) for order in town.orders) >= 60
    assert len(town.answers) >= 10
    assert sum(len(answer.follow_ups) for answer in town.answers) >= 3
    assert len(town.bulletins) == 2


def test_equal_seeds_give_equal_towns_and_other_seeds_other_words(town: Town) -> None:
    assert generate(7, TODAY) == town
    other = generate(8, TODAY)
    assert [o.text for o in other.orders] != [o.text for o in town.orders]
    assert [d.versions for d in other.drafts] == [d.versions for d in town.drafts]


def test_the_top_level_names_are_the_invented_ones(town: Town) -> None:
    assert {town.county.name, town.county.parent} | {t.name for t in town.townships} == INVENTED


def test_every_role_has_an_account(town: Town) -> None:
    roles = {account.role for account in town.accounts}
    assert roles == {"citizen", "leader", "officer", "handling_unit", "auditor", "administrator"}
    units = {unit.key for unit in town.units}
    assert all(account.unit in units for account in town.accounts if account.role == "handling_unit")
    assert len({account.login for account in town.accounts}) == len(town.accounts)


def test_the_drafts_stand_in_every_state(town: Town) -> None:
    states = Counter(draft.state for draft in town.drafts)
    assert states == {"scheduled": 1, "open": 2, "closed": 1, "results": 1, "withdrawn": 1}


def test_every_draft_has_twenty_to_forty_five_clauses_an_explanation_and_a_basis(town: Town) -> None:
    for draft in town.drafts:
        for version in draft.versions:
            assert 20 <= len(version.clauses) <= 45, draft.slug
            assert [clause.number for clause in version.clauses] == list(range(1, len(version.clauses) + 1))
        assert len(draft.explanation) > 150
        assert "《" in draft.legal_basis


def test_periods_of_comment_are_as_long_as_the_law_asks(town: Town) -> None:
    for draft in town.drafts:
        days = (draft.closes_at.astimezone(SHANGHAI).date() - draft.opens_at.astimezone(SHANGHAI).date()).days
        assert days >= 30, draft.slug


def test_the_published_results_follow_a_second_version_that_changes_some_clauses(town: Town) -> None:
    draft = next(d for d in town.drafts if d.state == "results")
    first, second = draft.versions
    changed = [a.label for a, b in zip(first.clauses, second.clauses, strict=True) if a.text != b.text]
    assert changed == ["第七条", "第十一条", "第十二条", "第十九条", "第二十四条"]


def test_the_ledger_of_the_published_results_balances(town: Town) -> None:
    draft = next(d for d in town.drafts if d.state == "results")
    comments = [c for c in town.comments if c.draft == draft.slug]
    disposed = [c for c in comments if c.disposition]
    refused = [c for c in comments if c.refusal]
    assert len(comments) == len(disposed) + len(refused)
    assert all(c.reason for c in disposed)
    keys = {c.key for c in disposed}
    assert all(c.duplicate_of in keys for c in disposed if c.disposition == "重复")


def test_comments_point_to_clauses_that_exist_while_the_form_was_open(town: Town) -> None:
    drafts = {draft.slug: draft for draft in town.drafts}
    for comment in town.comments:
        draft = drafts[comment.draft]
        assert comment.clause is None or 1 <= comment.clause <= len(draft.versions[0].clauses)
        assert draft.opens_at <= comment.at <= draft.closes_at


def test_comments_take_every_stance_and_some_must_be_refused(town: Town) -> None:
    assert {c.stance for c in town.comments} == {"赞成", "反对", "建议修改", "其他"}
    assert {"advertising", "privacy", "irrelevant"} <= {c.refusal for c in town.comments}
    lengths = [len(c.text) for c in town.comments]
    assert min(lengths) < 10
    assert max(lengths) > 200


def test_a_campaign_is_near_identical_and_of_about_twenty_five_people(town: Town) -> None:
    copies = [c for c in town.comments if c.campaign == "ebike-charging-campaign"]
    assert 20 <= len(copies) <= 30
    assert len({c.author.key for c in copies}) == len(copies)
    assert len({c.text for c in copies}) > 5
    assert near_duplicate_share([c.text for c in copies]) == 1.0


@pytest.mark.parametrize("seed", [1, 7, 2026])
def test_outside_campaigns_fewer_than_three_in_a_hundred_texts_are_near_duplicates(seed: int) -> None:
    made = generate(seed, TODAY)
    assert near_duplicate_share([c.text for c in made.comments if not c.campaign]) < 0.03
    assert near_duplicate_share([o.text for o in made.orders if not o.campaign]) < 0.03


def test_every_latent_issue_has_its_members_in_many_words(town: Town) -> None:
    orders = {order.number: order for order in town.orders}
    for issue in town.issues:
        members = [orders[number] for number in issue.members]
        assert 8 <= len(members) <= 40, issue.key
        assert all(member.issue == issue.key for member in members)
        own = [m.text for m in members if not m.campaign]
        assert len(set(own)) == len(own), issue.key
    assert sum(bool(order.issue) for order in town.orders) == sum(len(i.members) for i in town.issues)


def test_every_answer_belongs_to_an_issue_and_cites_a_rule_and_a_contact(town: Town) -> None:
    keys = {issue.key for issue in town.issues}
    for answer in town.answers:
        assert answer.issue in keys
        assert "《" in answer.text, answer.title
        assert "联系单位：" in answer.text
        assert "{" not in answer.text
        assert re.search(r"\d+月\d+日", answer.text), answer.title


def test_orders_obey_the_limits_of_the_form(town: Town) -> None:
    numbers = [order.number for order in town.orders]
    assert len(set(numbers)) == len(numbers)
    units = {unit.key for unit in town.units}
    leaders = {leader.name for leader in town.leaders}
    for order in town.orders:
        assert 1 <= len(order.title) <= 22, order.title
        assert order.category in town.categories
        assert order.unit in units
        assert not order.leader or order.leader in leaders
        assert "〔" not in order.title + order.text
        assert "{" not in order.title + order.text + order.result


def test_closed_orders_have_results_and_refused_ones_reasons(town: Town) -> None:
    statuses = Counter(order.status for order in town.orders)
    assert statuses["done"] > statuses["in_progress"] > 0
    assert statuses["received"] > 0
    for order in town.orders:
        assert (order.finished_at is not None) == (order.status in {"done", "refused"})
        assert bool(order.result) == (order.finished_at is not None)
        assert bool(order.refusal) == (order.status == "refused")
        assert order.finished_at is None or order.finished_at >= order.at


def test_most_orders_come_by_telephone_and_all_usual_kinds_occur(town: Town) -> None:
    channels = Counter(order.channel for order in town.orders)
    assert channels.most_common(1)[0][0] == "phone"
    assert {"web", "wechat", "app", "grid"} <= set(channels)
    assert {o.kind for o in town.orders} == {"咨询", "建议", "投诉", "求助", "感谢", "举报"}


def test_repeated_demands_come_later_from_the_same_phone_about_the_same_issue(town: Town) -> None:
    orders = {order.number: order for order in town.orders}
    repeats = [order for order in town.orders if order.repeat_of]
    assert len(repeats) >= 15
    for order in repeats:
        earlier = orders[order.repeat_of]
        assert earlier.caller == order.caller
        assert earlier.issue == order.issue
        assert earlier.at <= order.at


def test_calls_are_told_in_turns_that_follow_one_another(town: Town) -> None:
    for order in town.orders:
        if not order.turns:
            continue
        assert order.channel == "phone"
        assert 6 <= len(order.turns) <= 30
        assert {turn.speaker for turn in order.turns} == {"话务员", "市民"}
        seconds = [turn.at_seconds for turn in order.turns]
        assert seconds == sorted(seconds)


def test_telephone_numbers_are_fictional_and_some_stand_in_texts(town: Town) -> None:
    said = "\n".join([o.text for o in town.orders] + [c.text for c in town.comments])
    numbers = re.findall(r"(?<!\d)1\d{10}(?!\d)", said) + [o.caller.phone for o in town.orders]
    assert len(numbers) > len(town.orders) + 10
    assert all(number.startswith(("1380000", "1390000", "1370000")) for number in numbers)
    landlines = [u.phone for u in town.units] + [d.contact_phone for d in town.drafts]
    assert all(phone.startswith("0000-") for phone in landlines)


@pytest.mark.parametrize("today", [TODAY, date(2027, 1, 4), date(2028, 2, 29)])
def test_every_time_is_aware_and_nothing_has_been_said_after_today_began(today: date) -> None:
    made = generate(3, today)
    midnight = datetime(today.year, today.month, today.day, tzinfo=SHANGHAI)
    said = [c.at for c in made.comments] + [o.at for o in made.orders]
    said += [o.finished_at for o in made.orders if o.finished_at] + [a.at for a in made.answers]
    said += [o.call_back.at for o in made.orders if o.call_back]
    said += [f.answered_at for a in made.answers for f in a.follow_ups]
    assert all(moment.tzinfo is not None and moment < midnight for moment in said)
    assert min(o.at for o in made.orders) > midnight - timedelta(days=123)
    for draft in made.drafts:
        now_open = draft.opens_at <= midnight <= draft.closes_at
        assert now_open == (draft.state == "open"), draft.slug


def test_more_is_said_on_working_mornings_than_in_the_small_hours(town: Town) -> None:
    hours = Counter(order.at.hour for order in town.orders)
    assert sum(hours[h] for h in (8, 9, 10, 11)) > 4 * sum(hours[h] for h in (1, 2, 3, 4))
    days = Counter(order.at.weekday() < 5 for order in town.orders if not order.issue)
    assert days[True] > 3 * days[False]
