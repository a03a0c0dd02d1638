"""Every component on one page, with invented data, to be looked at: ``python tools/gallery.py OUT_DIR``.

Writes ``gallery.html``, ``desk.html`` and one file per error page, each standing alone beside the static
files, in Chinese and English, plain and in elder mode. Needs no database. The browser tests hold axe-core
against the same pages.
"""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from flask import Flask, flash, render_template, request
from flask_babel import Babel, get_locale
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length

from consult.web import filters
from consult.web.pagination import Page

ROOT = Path(__file__).resolve().parent.parent
MOMENT = datetime(2026, 11, 22, 6, 5, tzinfo=UTC)
ERRORS = (400, 403, 404, 409, 413, 422, 429, 500, 503)
MODES = {"": {}, "-elder": {"elder": "1"}, "-en": {"lang": "en"}}


class GalleryForm(FlaskForm):
    """One field of every type."""

    title = StringField("标题", description="1 至 22 个字。", validators=[InputRequired("请写一个标题。")])
    stance = RadioField(
        "您的立场",
        choices=[("support", "赞成"), ("amend", "建议修改"), ("oppose", "反对"), ("other", "其他")],
        default="amend",
    )
    text = TextAreaField(
        "您的意见",
        description="说事情、说理由都可以。",
        validators=[Length(max=10, message="写长了，请缩短。")],
    )
    area = SelectField("领域", choices=[("", "请选择"), ("traffic", "交通"), ("school", "教育")])
    channels = SelectMultipleField("渠道", choices=[("phone", "电话"), ("web", "网站"), ("grid", "网格员")])
    day = DateField("发生日期", validators=[])
    file = FileField("附件", description="不超过 5 张图片，每张不超过 5 MB。")
    password = PasswordField("密码", render_kw={"autocomplete": "current-password"})
    consent = BooleanField("同意公开我的意见（不同意也能提交）")


def make_app() -> Flask:
    """A small application that only knows the templates."""
    app = Flask("gallery", template_folder=str(ROOT / "consult/templates"), static_folder=str(ROOT / "consult/static"))
    app.config.update(SECRET_KEY="gallery", BABEL_DEFAULT_LOCALE="zh_CN")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "consult/web/translations")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app, locale_selector=lambda: request.cookies.get("lang", "zh_CN"))
    CSRFProtect(app)
    filters.init(app)
    site = SimpleNamespace(
        site_name="问计",
        organ="清河县人民政府",
        contact_unit="清河县人民政府办公室",
        contact_address="清河县政通路 1 号",
        contact_phone="0000-5550100",
        contact_email="wenji@example.invalid",
    )
    pages = (
        ("gallery", "我的工作台", "", None),
        ("gallery", "征求意见稿", "征求意见", None),
        ("desk", "审核意见", "征求意见", 12),
        ("gallery", "工单", "热线与留言", 3),
        ("gallery", "议题", "民意", None),
        ("gallery", "领导回应", "民意", 1),
    )
    nav = [SimpleNamespace(endpoint=e, label=label, group=g, count=c) for e, label, g, c in pages]
    app.jinja_env.globals.update(
        unread_notices=lambda: 0,
        site=site,
        get_locale=get_locale,
        has_page=bool,
        desk_nav=lambda: nav,
        is_elder_mode=lambda: request.cookies.get("elder") == "1",
    )
    app.context_processor(
        lambda: {"current_user": SimpleNamespace(is_authenticated=True, display_name="林晓", can=bool)}
    )

    @app.get("/drafts")
    def gallery() -> str:
        flash("已保存。", "success")
        flash("这一项今天到期。", "warning")
        return render_template("gallery/public.html", **_data())

    @app.get("/")
    def home() -> str:
        return render_template("gallery/home.html", **_data())

    @app.get("/desk/review")
    def desk() -> str:
        return render_template("gallery/desk.html", **_data())

    @app.get("/error/<int:code>")
    def error(code: int) -> str:
        return render_template(f"errors/{code}.html", message="", retry_after=30 if code == 429 else None)

    app.jinja_loader = _loader()
    return app


def _loader() -> BaseLoader:
    return ChoiceLoader(
        [
            PrefixLoader({"gallery": FileSystemLoader(ROOT / "frontend/gallery")}),
            FileSystemLoader(ROOT / "consult/templates"),
        ]
    )


def _data() -> dict[str, object]:
    good, bad = GalleryForm(prefix="good"), GalleryForm(prefix="bad")
    bad.title.errors = ["请写一个标题。"]
    bad.stance.errors = ["请选一项。"]
    bad.text.data = "这段话写得太长了，超过了这里允许的字数。"
    bad.text.errors = ["写了 21 个字，最多 10 个字。"]
    rows = [
        SimpleNamespace(
            id=n,
            receipt=f"7KQ4-M2XR-{n:02d}",
            text=text,
            stance=stance,
            at=MOMENT - timedelta(hours=n),
            alike=n * 3,
        )
        for n, (text, stance) in enumerate(
            [
                ("建议把夜间停车优惠时段延长到早上 8 点，方便上早班的居民。", "amend"),
                ("支持收费公示，现在各个路口价格都不一样。", "support"),
                ("老旧小区没有车位，先建车位再罚款。", "oppose"),
                ("请问残疾人专用车位怎么申请？", "other"),
            ],
            start=1,
        )
    ]
    return {
        "good": good,
        "bad": bad,
        "rows": rows,
        "page": Page(rows, 4, 20, 187),
        "moment": MOMENT,
        "day": timedelta(days=1),
    }


def write(out: Path) -> list[Path]:
    """Render everything into ``out`` and return the pages written."""
    app = make_app()
    out.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "consult/static", out / "static", dirs_exist_ok=True)
    addresses = {"home": "/", "gallery": "/drafts", "desk": "/desk/review"}
    addresses |= {f"error-{c}": f"/error/{c}" for c in ERRORS}
    written = []
    for suffix, cookies in MODES.items():
        client = app.test_client()
        for name, value in cookies.items():
            client.set_cookie(name, value)
        for name, address in addresses.items():
            response = client.get(address)
            if response.status_code != 200:
                raise RuntimeError(f"{address} answered {response.status_code}")
            path = out / f"{name}{suffix}.html"
            path.write_text(response.text.replace('="/static/', '="static/'), encoding="utf-8")
            written.append(path)
    return written


if __name__ == "__main__":
    for file in write(Path(sys.argv[1])):
        print(file)
