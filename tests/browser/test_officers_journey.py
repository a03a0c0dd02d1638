"""Calls come in as a file, become an issue, are put to a leader, are answered, and are reported in a bulletin."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from consult.clock import Clock, local_date
from tests.browser.conftest import DESKTOP, Town
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
Arrive = Callable[..., Visitor]
HEADINGS = ("工单编号", "来电时间", "诉求标题", "诉求内容", "来电人", "联系电话", "诉求类型", "地址", "通话记录")

#: One matter in one place, told by different people.
ONE_MATTER = (
    "柳岸花园门口的路灯坏了半个月，晚上下班路上黑得看不见台阶。",
    "我家老人昨晚在柳岸花园门口绊倒了，路灯一直不亮，希望快点修。",
    "柳岸花园北门路灯不亮，报了两次没有人来修。",
    "请问柳岸花园门口的路灯归谁管？坏了好久了，孩子放学害怕。",
    "柳岸花园外面整排路灯都不亮，骑车差点撞到人。",
    "柳岸花园路灯坏了，物业说不归他们管，请有关部门来修路灯。",
    "晚上柳岸花园门口漆黑一片，路灯坏了没人修，很不安全。",
    "反映柳岸花园南门路灯时亮时不亮，最近干脆全灭了。",
    "柳岸花园门口路灯灭了十几天，跳广场舞的老人都摸黑回家。",
    "柳岸花园的路灯什么时候能修好？已经打过一次热线了。",
)
#: Everything else people ring about.
OTHERS = (
    ("公交改线", "十二路公交改线以后，去县医院要走两里地，能不能加一站。"),
    ("医保报销", "在外省住院的费用，回来怎么报销，要带哪些材料？"),
    ("水压太低", "六楼早上没有水，水压太低，洗菜都要等。"),
    ("麦田被淹", "上游排水把三亩麦田淹了，想问找谁赔。"),
    ("老师辛苦", "感谢新安小学的老师，下雪天一个一个把孩子送到家长手里。"),
    ("工资拖欠", "在砖厂干了三个月，工资一分没有发。"),
    ("噪音扰民", "楼下烧烤店夜里两点还在放歌，睡不着。"),
    ("社保转移", "从外地回来工作，养老保险怎么转过来？"),
    ("垃圾清运", "村口的垃圾池满了一周没有人清，苍蝇很多。"),
    ("电梯停运", "十一层的老楼电梯停了四天，坐轮椅的人下不来。"),
    ("入学报名", "户口在乡下，房子在城里，孩子能在城里报名吗？"),
    ("公厕关门", "汽车站旁边的公厕白天也锁着。"),
    ("狗没有牵绳", "早上跑步有大狗不牵绳，追着人跑。"),
    ("驾照换证", "驾驶证到期了，人在外地，可以在网上换吗？"),
    ("河里有异味", "石桥下面的河水发黑，有一股药水味。"),
    ("快递进村", "快递只送到镇上，村里老人取不了，建议设一个点。"),
    ("图书馆开放时间", "建议县图书馆周末晚上也开，学生没有地方看书。"),
    ("暖气不热", "交了全部的费用，屋里只有十四度。"),
    ("占道卖菜", "菜市场外面占道卖菜，救护车都进不去。"),
    ("残疾证办理", "母亲中风以后想办残疾证，去哪里做鉴定？"),
    ("树枝压线", "大风以后树枝压在电线上，冒过火花。"),
    ("谢谢网格员", "网格员小组帮独居老人换了煤气管，心里暖和。"),
    ("停车费太高", "医院停车一小时十块钱，看个病停车比挂号还贵。"),
    ("校车超员", "早上的校车座位不够，有孩子站着。"),
    ("自来水发黄", "这几天放出来的水是黄的，能不能喝？"),
    ("路面塌陷", "建设路中间塌了一个坑，摩托车摔了。"),
    ("补贴没有到账", "种粮补贴别的村都发了，我们村还没有。"),
    ("无障碍坡道", "政务大厅门口的坡道太陡，轮椅上不去。"),
    ("养鸡场气味", "养鸡场离村子太近，夏天不敢开窗。"),
    ("公园健身器材", "老年公园的健身器材坏了两个，拉手断了。"),
)
BAD_ROWS = (
    ("坏1", "2026-13-45 09:00", "日期不存在", "这一行的日期是不存在的。", "", "", "", "", ""),
    ("", "2026-11-02 09:00", "没有编号", "", "", "", "", "", ""),
)


def _phone(number: int) -> str:
    return f"139{number:04d}{number * 7 % 10000:04d}"


def _file(town: Town) -> bytes:
    """42 calls of the last fortnight, and rows that cannot be used."""
    today = Clock().now()
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(HEADINGS)
    calls = [("路灯不亮", text, "柳岸花园") for text in ONE_MATTER] + [(t, text, "") for t, text in OTHERS]
    for number, (title, text, place) in enumerate(calls, 1):
        said = f"{local_date(today) - timedelta(days=1 + number % 12)} {8 + number % 10:02d}:{number % 60:02d}:00"
        talk = f"话务员：您好，请讲。\n市民：{text}\n话务员：已经记下，我们转给有关单位。" if number % 3 == 0 else ""
        table.writerow((f"R{number:03d}", said, title, text, f"赵{number}", _phone(number), "求助", place, talk))
    table.writerows(BAD_ROWS)
    return written.getvalue().encode("utf-8-sig")


def _import(officer: Visitor, path: Path, seconds: float) -> None:
    """Upload a file, look at what is proposed, import it, and wait."""
    officer.open("/desk/hotline/imports")
    officer.page.set_input_files("input[type=file]", str(path))
    officer.press("main form[enctype] button[type=submit]")
    officer.press("#columns button[value=import]")
    officer.wait_for("main .tiles, main .stat-tiles, main .tile", seconds)


def _analyse(officer: Visitor, seconds: float) -> None:
    """Analyse at the desk, and wait until issues are proposed."""
    officer.open("/desk/issues")
    officer.press("form[action$='/desk/issues/analysis'] button")
    for _ in range(int(seconds)):
        officer.open("/desk/issues")
        if officer.page.locator("main td a[href^='/desk/issues/']").count():
            return
        officer.page.wait_for_timeout(1000)
    raise AssertionError(f"no issue is proposed: {officer.words}")


def _answered(officer: Visitor, leader: Visitor, leader_id: int, answer: str) -> tuple[str, str]:
    """Put the issue at hand to the leader, who answers; the title, and the address of the public page."""
    page = officer.page
    officer.press("form[action$='/acceptance'] button")
    officer.press("main a[href$='/thread']")
    title = page.input_value("#title")
    page.select_option("#leader", value=str(leader_id))
    officer.press("main form button[type=submit]")
    thread = page.url
    leader.open("/desk")
    assert title in leader.words, "the leader sees what waits"
    leader.open(thread)
    leader.page.fill("#body", answer)
    leader.press("button[name=action][value=publish]")
    assert answer in leader.words
    return title, str(leader.page.locator("a[href^='/responses/']").first.get_attribute("href"))


def _bulletin(officer: Visitor, start: str, end: str, seconds: float) -> str:
    """Build, wait and sign off; the address of the desk's page."""
    page = officer.page
    officer.open("/desk/bulletins/new")
    page.fill("#start", start)
    page.fill("#end", end)
    officer.press("main form button[type=submit]")
    officer.wait_for("form[action$='/signature'] button", seconds)
    officer.press("form[action$='/signature'] button")
    officer.wait_for("a[href^='/bulletins/']", seconds)
    return str(page.url)


def _downloads(officer: Visitor) -> dict[str, bytes]:
    """Every file offered on the page at hand, by its format."""
    files = {}
    for link in officer.page.locator("a[href*='/files/']").all():
        href = str(link.get_attribute("href"))
        answer = officer.page.request.get(officer.address + href)
        assert answer.ok, href
        files[href.rpartition("/")[2]] = answer.body()
    return files


def _are_what_they_say(files: dict[str, bytes]) -> None:
    assert {"pdf", "docx", "xlsx", "json"} <= set(files)
    assert files["pdf"].startswith(b"%PDF-")
    for name, inside in (("docx", "word/document.xml"), ("xlsx", "xl/workbook.xml")):
        assert inside in zipfile.ZipFile(io.BytesIO(files[name])).namelist()


def _clicking_a_link_saves(officer: Visitor, format: str) -> None:
    with officer.page.expect_download() as waiting:
        officer.page.locator(f"a[href$='/files/{format}']").first.click()
    assert waiting.value.path().stat().st_size > 1000


def _public(visitor: Visitor, path: str) -> str:
    visitor.open(path)
    return visitor.words


def _people(arrive: Arrive, town: Town) -> tuple[Visitor, Visitor, Any]:
    officer, leader = arrive(**DESKTOP), arrive(**DESKTOP)
    account = town.accounts.make("leader", post="副县长", display_name="林知远")
    officer.sign_in(town.accounts.make("officer").handle)
    leader.sign_in(account.handle)
    return officer, leader, account


def test_a_file_of_calls_becomes_an_answered_issue_and_a_signed_bulletin(
    arrive: Arrive, town: Town, tmp_path: Path
) -> None:
    officer, leader, account = _people(arrive, town)
    path = tmp_path / "calls.csv"
    path.write_bytes(_file(town))
    _import(officer, path, 60)
    calls = len(ONE_MATTER) + len(OTHERS)
    assert f"{calls + len(BAD_ROWS)}条记录" in officer.words
    assert officer.page.locator("main tbody tr").count() == len(BAD_ROWS), "each rejected row has its line and reason"
    _analyse(officer, 90)
    officer.press("main td a[href^='/desk/issues/']:has-text('路灯')")
    assert "柳岸花园" in officer.words
    told = officer.page.locator("#members ~ .table-scroll tbody tr, table tbody tr").count()
    assert told >= 8, "nearly all ten calls are together"
    answer = "柳岸花园门口的十二盏路灯已经全部更换线路，今晚恢复照明；以后由县城管局每周巡查一次。"
    title, public = _answered(officer, leader, account.id, answer)
    visitor = arrive(**DESKTOP)
    assert answer in _public(visitor, public)
    assert title in visitor.words
    today = local_date(Clock().now())
    desk = _bulletin(officer, str(today - timedelta(days=14)), str(today), 120)
    files = _downloads(officer)
    _are_what_they_say(files)
    assert json.loads(files["json"])["submissions"] == calls
    data = files["json"].decode()
    assert not [n for n in range(1, calls + 1) if _phone(n) in data or f"赵{n}" in data], "no caller is named"
    _clicking_a_link_saves(officer, "docx")
    shown = str(officer.page.locator("a[href^='/bulletins/']").first.get_attribute("href"))
    assert "路灯" in _public(visitor, shown)
    visitor.page.goto(desk)
    assert "/sign-in" in visitor.page.url, "the desk is not open to visitors"


REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "citizen_messages.csv"
#: It takes some minutes, and the database is the same in both runs of the suite: once is enough.
WANTED = not os.environ.get("CONSULT_TEST_DATABASE_URL")


@pytest.mark.skipif(not REAL.exists(), reason="the real messages are not at ../shared/data")
@pytest.mark.skipif(not WANTED, reason="it runs with the suite on SQLite")
def test_2966_real_messages_go_the_same_way(arrive: Arrive, town: Town) -> None:
    officer, leader, account = _people(arrive, town)
    _import(officer, REAL, 180)
    assert "2,966" in officer.words
    _analyse(officer, 300)
    officer.press("main td a[href^='/desk/issues/']")
    answer = "情况已经核实，责任单位三日内到现场处理，结果在本页公布。"
    _title, public = _answered(officer, leader, account.id, answer)
    assert answer in _public(arrive(**DESKTOP), public)
    _bulletin(officer, "2019-01-01", "2019-12-31", 300)
    _are_what_they_say(_downloads(officer))
