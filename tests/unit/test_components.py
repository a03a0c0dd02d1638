"""The macros of consult/templates/components, rendered by a small application without a database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired

from consult.web.pagination import Page
from tools import gallery

PAYLOAD = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


@pytest.fixture(scope="module")
def app() -> Flask:
    made = gallery.make_app()
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture(autouse=True)
def request_context(app: Flask) -> Iterator[None]:
    with app.test_request_context("/drafts?q=停车&page=3&sort=at", headers={"Cookie": "lang=en"}):
        yield


def render(app: Flask, source: str, **values: Any) -> str:
    imports = (
        '{% from "components/tables.html" import data_table, pagination, query, cursor_pagination %}'
        '{% from "components/status.html" import status_tag, deadline, due_tag, three_way, tag %}'
        '{% from "components/opinion.html" import stance_bar, comment_card, clause_block, timeline %}'
        '{% from "components/opinion.html" import official_reply %}'
        '{% from "components/forms.html" import error_summary, field, form_open %}'
        '{% from "components/buttons.html" import post_button %}'
        '{% from "components/figures.html" import summary_list, stat_tiles %}'
        '{% from "components/notices.html" import receipt_panel, notice %}'
        '{% from "components/page.html" import page_heading, card %}'
    )
    return app.jinja_env.from_string(imports + source).render(**values)


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", Markup(html).striptags())


class _Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


class SomeForm(FlaskForm):
    title = StringField("Title", description="Up to 22.", validators=[InputRequired("Write a title.")])
    stance = RadioField("Stance", choices=[("a", "A"), ("b", "B")], validators=[InputRequired("Choose one.")])
    text = TextAreaField("Text")


def test_what_people_write_is_escaped_wherever_a_component_shows_it(app: Flask) -> None:
    html = render(
        app,
        """{{ comment_card(p, at, p, "m1", where=p, stance="amend") }}{{ official_reply(p, at, p, signer=p) }}
        {% call clause_block(p, "c1", title=p, received=1, people=1, href="#", fate=p) %}{{ p }}{% endcall %}
        {{ timeline([{"text": p, "note": p, "state": "done"}]) }}{{ page_heading(p, lead=p, caption=p) }}
        {{ card(p, "#", meta=[p]) }}{{ summary_list([{"key": p, "value": p}]) }}{{ status_tag("draft", p) }}
        {{ notice(p, title=p) }}{{ receipt_panel(p, "#") }}{{ stance_bar({"support": 1}, p) }}
        {{ post_button(p, "#", described=p, fields={"x": p}) }}
        {% call(row) data_table(p, [{"label": p}], [{"id": p}], select="id", row_label="id") %}
        <td>{{ row.id }}</td>{% endcall %}""",
        p=PAYLOAD,
        at=gallery.MOMENT,
    )
    assert "<script>" not in html
    assert not [attrs for tag, attrs in _Page(html).tags if tag == "img" or "onerror" in attrs]


def test_sorting_and_paging_keep_the_filters_of_the_address_and_nothing_else_can_enter_it(app: Flask) -> None:
    with app.test_request_context('/drafts?q="><script>&page=3&_external=1&_scheme=javascript'):
        html = render(app, '<a href="{{ query({"page": 4}) }}">next</a>')
    kept = "q=%22%3E%3Cscript%3E&amp;_external=1&amp;_scheme=javascript"
    assert html == f'<a href="?{kept}&amp;page=4">next</a>'


def test_a_sorted_column_says_so_and_its_link_turns_the_order(app: Flask) -> None:
    html = render(
        app,
        """{% call(row) data_table("T", [{"label": "At", "sort": "at"}], [1], sort="at", direction="desc") %}
        <td>{{ row }}</td>{% endcall %}""",
    )
    assert 'aria-sort="descending"' in html
    assert 'href="?q=%E5%81%9C%E8%BD%A6&amp;sort=at&amp;direction=asc"' in html


def test_a_table_without_rows_says_what_is_not_there(app: Flask) -> None:
    source = '{% call(row) data_table("T", [{"label": "A"}], [], empty="All reviewed.") %}{% endcall %}'
    html = render(app, source)
    assert "All reviewed." in html
    assert "<table" not in html


def test_paging_shows_the_ends_and_the_neighbours_of_the_present_page(app: Flask) -> None:
    html = render(app, "{{ pagination(page) }}", page=Page([], 10, 20, 390))
    assert [int(n) for n in re.findall(r'aria-label="Page (\d+)"', html)] == [1, 8, 9, 10, 11, 12, 20]
    assert 'aria-label="Page 10" aria-current="page"' in html
    assert "390 in all, page 10 of 20" in html


def test_one_page_needs_no_paging(app: Flask) -> None:
    assert "<nav" not in render(app, "{{ pagination(page) }}", page=Page([], 1, 20, 3))


@pytest.mark.parametrize(
    ("days", "words", "tone"),
    [
        (12, "12 days left", "neutral"),
        (1, "1 day left", "attention"),
        (0, "Last day", "due"),
        (-4, "4 days over", "due"),
    ],
)
def test_a_due_date_is_said_in_words_before_it_is_coloured(app: Flask, days: int, words: str, tone: str) -> None:
    html = render(app, "{{ due_tag(days) }}", days=days)
    assert words in html and f"tag--{tone}" in html


@pytest.mark.parametrize(("left", "total", "gone"), [(32, 32, "0"), (8, 32, "75.0"), (-3, 32, "100"), (40, 32, "0")])
def test_the_bar_of_a_deadline_shows_the_time_gone_by_and_never_leaves_its_frame(
    app: Flask, left: int, total: int, gone: str
) -> None:
    html = render(app, '{{ deadline("then", left, total) }}', left=left, total=total)
    width = re.search(r'deadline__gone" width="([\d.]+)%"', html)
    assert width and float(width[1]) == float(gone)


def test_a_count_is_always_shown_three_ways(app: Flask) -> None:
    assert text_of(render(app, "{{ three_way(1287, 942, 1103) }}")).strip() == (
        "1,287 received / 942 different texts / 1,103 people"
    )


def test_shares_are_given_as_numbers_and_add_up_to_the_bar(app: Flask) -> None:
    html = render(app, '{{ stance_bar({"support": 1, "amend": 1, "oppose": 1}, "Thirds") }}')
    assert "(n = 3)" in html and "few opinions" in html
    assert re.findall(r"<strong>(\d+)</strong>", html) == ["1", "1", "1", "0"]
    starts = [float(x) for x in re.findall(r'class="fill fill--\w+" x="([\d.]+)%"', html)]
    assert starts == [0, 33.33, 66.67]


def test_a_bar_of_nothing_divides_by_nothing(app: Flask) -> None:
    html = render(app, '{{ stance_bar({}, "None") }}')
    assert "Nobody has spoken yet." in html and "<svg" not in html


def test_an_unknown_state_is_shown_as_it_is_rather_than_left_out(app: Flask) -> None:
    assert "archived" in render(app, '{{ status_tag("draft", "archived") }}')
    assert "Laid down" in render(app, '{{ status_tag("draft", "archived", label="Laid down") }}')


def test_an_error_is_named_above_the_form_and_joined_to_its_field(app: Flask) -> None:
    form = SomeForm(data={})
    form.validate()
    html = render(app, "{{ error_summary(form) }}{{ field(form.title) }}{{ field(form.stance) }}", form=form)
    page = _Page(html)
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    links = [attrs["href"] for tag, attrs in page.tags if tag == "a"]
    assert links == ["#title", "#stance-0"]
    assert all(link and link[1:] in ids for link in links)
    field = next(attrs for tag, attrs in page.tags if attrs.get("id") == "title")
    assert field["aria-invalid"] == "true"
    assert set((field["aria-describedby"] or "").split()) == {"title-hint", "title-error"} <= set(ids)
    assert len(ids) == len(set(ids))


def test_a_form_without_errors_has_no_summary(app: Flask) -> None:
    assert render(app, "{{ error_summary(form) }}", form=SomeForm(data={})).strip() == ""


def test_what_was_typed_stands_in_the_field_again_unchanged(app: Flask) -> None:
    typed = "\n第一行\n</textarea><b>第二行"
    html = render(app, "{{ field(form.text, counter=10) }}", form=SomeForm(data={"text": typed}))
    assert f">\n{Markup.escape(typed)}</textarea>" in html
    assert 'aria-describedby="text-counter"' in html


def test_facts_that_are_not_known_are_left_out_of_a_summary(app: Flask) -> None:
    html = render(app, '{{ summary_list([{"key": "Unit", "value": none}, {"key": "Number", "value": 0}]) }}')
    assert "Unit" not in html and "Number" in html


def test_a_figure_that_does_not_exist_is_a_dash_and_never_a_zero(app: Flask) -> None:
    items = [{"value": None, "label": "Satisfied"}, {"value": 0, "label": "Late"}]
    html = render(app, "{{ stat_tiles(items) }}", items=items)
    assert re.findall(r'tile__value">([^<]*)<', html) == ["—", "0"]


@pytest.mark.parametrize("code", gallery.ERRORS)
def test_every_error_page_says_what_happened_what_is_kept_and_what_to_do(app: Flask, code: int) -> None:
    client = app.test_client()
    client.set_cookie("lang", "en")
    html = client.get(f"/error/{code}").text
    page = _Page(html)
    title = re.search(r"<title>(.*?) –", html, re.DOTALL)
    heading = re.search(r"<h1>(.*?)</h1>", html)
    assert title and heading and title[1].strip() == heading[1]
    assert [tag for tag, _ in page.tags].count("h1") == 1
    assert all(words in html for words in ("What happened", "What is kept", "What you can do"))


@pytest.mark.parametrize("code", [500, 503])
def test_the_pages_of_failure_stand_without_an_account_or_a_setting(code: int) -> None:
    app = gallery.make_app()

    class Gone:
        def __getattr__(self, name: str) -> Any:
            raise RuntimeError("the database is away")

    app.jinja_env.globals.update(desk_nav=Gone())
    app.template_context_processors[None] = [lambda: {"current_user": Gone()}]
    assert app.test_client().get(f"/error/{code}").status_code == 200


def test_no_page_names_an_outside_host_or_carries_an_inline_style_or_handler(app: Flask) -> None:
    client = app.test_client()
    for address in ("/drafts", "/desk/review", "/error/500"):
        for tag, attrs in _Page(client.get(address).text).tags:
            assert not [name for name in attrs if name == "style" or name.startswith("on")], (tag, attrs)
            for name in ("src", "href", "action"):
                assert not re.match(r"(https?:)?//", attrs.get(name) or ""), (tag, attrs)
    styles = (gallery.ROOT / "consult/static/consult.css").read_text()
    assert "url(http" not in styles and "@import" not in styles


def test_the_same_address_is_marked_as_the_present_page_in_both_menus(app: Flask) -> None:
    html = app.test_client().get("/drafts").text
    assert len(re.findall(r'href="/drafts" aria-current="page"', html)) == 2


def test_the_preference_links_lead_back_to_the_present_page_with_its_query(app: Flask) -> None:
    html = app.test_client().get("/drafts?q=a&b=c").text
    assert "/preferences?elder=1&amp;next=/drafts%3Fq%3Da%26b%3Dc" in html


def test_elder_mode_marks_the_page(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("elder", "1")
    assert '<html lang="zh-CN" class="elder">' in client.get("/drafts").text


def test_the_counts_of_the_desk_are_shown_only_when_something_waits(app: Flask) -> None:
    html = app.test_client().get("/desk/review").text
    assert re.findall(r'desk-nav__count">(\d+)<', html)[:3] == ["12", "3", "1"]


def test_a_visitor_is_offered_to_sign_in_and_nothing_of_the_desk(app: Flask) -> None:
    app = gallery.make_app()
    app.template_context_processors[None].append(
        lambda: {"current_user": SimpleNamespace(is_authenticated=False, can=lambda permission: False)}
    )
    html = app.test_client().get("/drafts").text
    assert 'href="/sign-in"' in html and 'href="/desk"' not in html and "sign-out" not in html
