"""Models: made from corrections, held in the database, chosen without a restart; old bulletins keep theirs."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import Connection, event, func, select, update
from sqlalchemy.orm import Session

from consult import cli
from consult.accounts.models import User
from consult.app import create_app
from consult.audit.models import AuditEvent
from consult.bulletins import service as bulletins
from consult.bulletins.models import Bulletin
from consult.bulletins.queries import content_of
from consult.clock import FixedClock, local_date
from consult.config import Settings
from consult.db import transaction
from consult.errors import Situation
from consult.handlers import make_worker
from consult.issues import queries as issue_queries
from consult.issues.models import AnalysisRun, SubmissionFinding
from consult.issues.service import request_analysis
from consult.jobs.models import Job, JobState
from consult.jobs.worker import Worker
from consult.learning import service
from consult.learning.training import Labels, corrected_labels, learn
from consult.tones import loading
from consult.tones import queries as tones
from consult.tones.models import ModelChoice, ToneModelFile
from consult.tones.service import NewModel, UnknownModel, keep_model
from consult.web.subjects import Subject
from reports.model import Tone
from reports.scoring import Scorer, load_scorer
from reports.scoring.tables import default_cache_dir
from reports.tone.examples import Labelled
from reports.tone.training import train
from tests.factories.accounts import Accounts
from tests.factories.hotline import Hotline
from tests.support.browser import Browser

#: Made words, so that only a model that learnt them here knows what they mean.
WORDS = {
    Tone.NEGATIVE: "这次办事真是糟粕透顶，窗口推诿第{n}回了，气得人睡不着。",
    Tone.NEUTRAL: "请问第{n}号窗口几点开门，办证需要带什么材料？",
    Tone.POSITIVE: "第{n}号窗口的同志热心周到，一次就办好了，特别感谢。",
}
BODIES = (
    "小区夜间施工噪声太大，凌晨两点还在打桩，投诉多次无人处理，实在太气人了。",
    "请问公交月票在哪里办理，需要带什么材料，周末能不能办？",
    "路灯坏了半个多月没人修，老人摔了一跤，太不负责任了。",
)


@pytest.fixture(scope="session")
def scorer() -> Scorer:
    return load_scorer(default_cache_dir())


@pytest.fixture(scope="session")
def another(scorer: Scorer) -> bytes:
    """A model that learnt some labels; the suite trains it once."""
    local = [Labelled(words.format(n=n), tone) for tone, words in WORDS.items() for n in range(4)]
    return train(local, scorer=scorer)


@pytest.fixture
def officer(accounts: Accounts) -> User:
    return accounts.make("officer")


@pytest.fixture
def consult(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("CONSULT_INSTANCE", str(settings.instance))
    monkeypatch.setenv("CONSULT_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("CONSULT_CACHE", str(settings.cache))
    program = cli.Program(create_app=create_app, make_worker=make_worker)
    return lambda *words: CliRunner().invoke(cli.consult, ["model", *map(str, words)], obj=program)


@pytest.fixture
def orders(app: Flask, own: Session, clock: FixedClock, officer: User, run_jobs: Callable[[], int]) -> list[Subject]:
    """Three calls that the shipped model has judged."""
    hotline = Hotline(app, own, clock)
    made = [hotline.call(officer, title=f"来电{n}", body=body) for n, body in enumerate(BODIES)]
    request_analysis(own, officer, clock.now())
    own.commit()
    assert run_jobs() == 1
    return [Subject("order", order.id) for order in made]


def held(own: Session, content: bytes, now: FixedClock) -> str:
    """A model in the database; its version."""
    version = loading.read_tone_model(content).version
    assert keep_model(own, None, NewModel(version, content, "trained", {"corrections": 12}), now.now())
    own.commit()
    return version


def label_file(path: Path, each: int = 40) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "tone"))
        writer.writerows((words.format(n=n), tone.value) for tone, words in WORDS.items() for n in range(each))
    return path


def test_another_model_judges_everything_again_and_the_old_findings_and_bulletins_stay(
    own: Session, orders: list[Subject], officer: User, clock: FixedClock, another: bytes, run_jobs: Callable[[], int]
) -> None:
    before = issue_queries.latest_run(own)
    assert before is not None
    day = local_date(clock.now())
    old, _job = bulletins.request_bulletin(own, officer, bulletins.Request(day, day, "旧的一期"), clock.now())
    own.commit()
    run_jobs()
    version = held(own, another, clock)
    clock.advance(timedelta(minutes=5))
    service.use(own, officer, version, clock.now())
    own.commit()
    # Until the work has ended the pages show what the earlier model found.
    own.rollback()
    judged = issue_queries.judged(own, orders[0])
    assert judged is not None and judged.row.model_version == before.model_version
    assert run_jobs() == 1
    run = issue_queries.latest_run(own)
    assert run is not None and version in run.model_version.split("/") and run.scored == len(orders)
    rows = own.scalars(select(SubmissionFinding.model_version)).all()
    assert sorted(rows) == sorted([before.model_version, run.model_version] * len(orders))
    new, _job = bulletins.request_bulletin(own, officer, bulletins.Request(day, day, "新的一期"), clock.now())
    own.commit()
    run_jobs()
    own.expire_all()
    kept = {b.id: b.model_version for b in own.scalars(select(Bulletin))}
    assert kept == {old.id: before.model_version, new.id: run.model_version}
    accuracy = content_of(own.get_one(Bulletin, new.id)).accuracy
    assert version in accuracy and version not in content_of(own.get_one(Bulletin, old.id)).accuracy


def test_going_back_to_the_shipped_model_finds_its_findings_where_they_were(
    own: Session, orders: list[Subject], officer: User, clock: FixedClock, another: bytes, run_jobs: Callable[[], int]
) -> None:
    version = held(own, another, clock)
    for chosen, new in ((version, len(orders)), ("shipped", 0)):
        service.use(own, officer, chosen, clock.now())
        own.commit()
        assert run_jobs() == 1
        run = issue_queries.latest_run(own)
        assert run is not None and run.scored == new
    assert loading.shipped().version in run.model_version.split("/")


def test_a_running_analysis_takes_up_a_model_that_is_chosen_meanwhile(
    app: Flask, own: Session, orders: list[Subject], officer: User, clock: FixedClock, another: bytes, worker: Worker
) -> None:
    version, engine = held(own, another, clock), app.extensions["consult.engine"]
    Hotline(app, own, clock).call(officer, title="新来电", body="井盖松动很久没人管，车子压过去哐当响。")
    request_analysis(own, officer, clock.now())
    own.commit()
    readings = count(1)

    def choose_meanwhile(connection: Connection) -> None:
        # Before it judges the analysis reads its parts, then what there is and by which model, then what is new to it.
        if connection.get_execution_options().get("reads_only") and next(readings) == 3:
            with transaction(engine) as other:
                service.use(other, officer, version, clock.now())

    event.listen(engine, "begin", choose_meanwhile)
    assert worker.run_one()
    assert not worker.run_one(), "whoever chose was given the analysis that was running"
    own.rollback()
    run = issue_queries.latest_run(own)
    assert run is not None and version in run.model_version.split("/") and run.scored == len(orders) + 1


def test_only_one_model_is_in_use_whoever_chooses_and_unknown_ones_are_refused(
    own: Session, officer: User, clock: FixedClock, another: bytes
) -> None:
    version = held(own, another, clock)
    for chosen in (version, "shipped", version):
        service.use(own, officer, chosen, clock.now())
        own.commit()
    with pytest.raises(UnknownModel):
        service.use(own, officer, "tone-9.9+00000000", clock.now())
    own.rollback()
    assert own.scalar(select(func.count()).select_from(ModelChoice)) == 1
    chosen_file = tones.chosen(own)
    assert chosen_file is not None and chosen_file.version == version
    actions = own.scalars(select(AuditEvent.action).where(AuditEvent.action.startswith("models:"))).all()
    assert actions.count("models:model:chosen") == 3


@pytest.mark.parametrize("damage", [b"", b"[" * 100_000])
def test_a_model_whose_row_was_altered_stops_the_analysis_in_words_and_no_other_takes_its_place(
    own: Session,
    orders: list[Subject],
    officer: User,
    clock: FixedClock,
    another: bytes,
    run_jobs: Callable[[], int],
    damage: bytes,
) -> None:
    version = held(own, another, clock)
    own.execute(update(ToneModelFile).values(content=damage, sha256="0" * 64))
    job = service.use(own, officer, version, clock.now())
    own.commit()
    run_jobs()
    own.expire_all()
    failed = own.get_one(Job, job.id)
    assert failed.state == JobState.FAILED and version in failed.error
    assert own.scalar(select(func.count()).select_from(AnalysisRun)) == 1


def test_training_learns_from_what_stands_and_forgets_what_was_taken_back_or_withdrawn(
    own: Session, orders: list[Subject], officer: User, clock: FixedClock
) -> None:
    one, two, three = orders
    for subject, tone in ((one, "neutral"), (two, "positive"), (three, "positive")):
        service.correct(own, officer, subject, tone, "", 0, clock.now())
    own.commit()
    newest = tones.corrections(own)
    service.take_back(own, officer, two, newest[two.key].id, clock.now())
    own.commit()
    assert {(label.group, label.tone) for label in corrected_labels(own)} == {
        (one.key, Tone.NEUTRAL),
        (three.key, Tone.POSITIVE),
    }
    assert tones.standing_since(own, None) == 2


@pytest.mark.any_database
def test_the_same_labels_make_the_same_model_and_names_and_numbers_are_not_learnt(scorer: Scorer) -> None:
    labels = Labels([Labelled(f"我叫欧阳鸣鹤，电话13988887777。{w.format(n=1)}", t) for t, w in WORDS.items()])
    first, second = learn(labels, scorer=scorer), learn(labels, scorer=scorer)
    assert first.content == second.content and first.version == second.version
    text = first.content.decode()
    assert "13988887777" not in text and "欧阳鸣鹤" not in text
    with pytest.raises(Situation):
        learn(Labels([]), scorer=scorer)


@pytest.mark.any_database
def test_the_desk_trains_in_the_background_and_chooses_by_a_button(
    app: Flask, own: Session, orders: list[Subject], officer: User, clock: FixedClock, run_jobs: Callable[[], int]
) -> None:
    browser = Browser(app).signed_in_as(officer.handle)
    for subject, tone in zip(orders, ("neutral", "positive", "positive"), strict=True):
        service.correct(own, officer, subject, tone, "", 0, clock.now())
    own.commit()
    assert "3 有效更正" in browser.get("/desk/models").words
    clock.advance(timedelta(minutes=1))
    assert browser.submit("/desk/models/training", {}, form_at="/desk/models").status == 303
    assert run_jobs() == 1
    own.rollback()
    made = own.scalars(select(ToneModelFile)).one()
    assert (made.made_by, tones.summary_of(made)["corrections"]) == (officer.id, 3)
    assert "confusion" not in tones.summary_of(made)
    words = browser.get("/desk/models").words
    assert made.version in words and officer.display_name in words
    used = browser.submit("/desk/models/choice", {"version": made.version}, form_at="/desk/models")
    assert used.status == 303
    assert "已选用另一个模型" in browser.get("/desk/models").words
    assert run_jobs() == 1
    words = browser.get("/desk/models").words
    assert "已选用另一个模型" not in words and "0 其中本模型制作之后" in words
    # Training once more from the same corrections makes no second version.
    browser.submit("/desk/models/training", {}, form_at="/desk/models")
    run_jobs()
    own.rollback()
    assert own.scalar(select(func.count()).select_from(ToneModelFile)) == 1
    refused = browser.submit("/desk/models/choice", {"version": "<b>不存在</b>"}, form_at="/desk/models")
    assert refused.status == 422 and "<b>" not in refused.text


def test_with_nothing_to_learn_training_ends_in_a_sentence(
    app: Flask, own: Session, officer: User, clock: FixedClock, run_jobs: Callable[[], int]
) -> None:
    job = service.request_training(own, officer, clock.now())
    own.commit()
    run_jobs()
    own.expire_all()
    assert own.get_one(Job, job.id).state == JobState.FAILED
    assert "没有可学习的内容" in Browser(app).signed_in_as(officer.handle).get(f"/desk/jobs/{job.id}").words


@pytest.mark.any_database
def test_from_labels_to_a_model_in_use_at_the_command_line(
    consult: Callable[..., Result],
    own: Session,
    clock: FixedClock,
    orders: list[Subject],
    run_jobs: Callable[[], int],
    tmp_path: Path,
) -> None:
    path = label_file(tmp_path / "labels.csv")
    trained = consult("train", "--labels", path, "--representative")
    assert trained.exit_code == 0, trained.output
    assert "120 labels of the file" in trained.output and "macro-F1" in trained.output
    own.rollback()
    made = own.scalars(select(ToneModelFile)).one()
    version, summary = made.version, tones.summary_of(made)
    own.rollback()
    # A fair sample tells by which errors shares are to be corrected; corrections do not.
    assert sum(map(sum, summary["confusion"])) == summary["held_out"]["rows"]
    measured = consult("evaluate", path, "--version", version, "--json")
    assert measured.exit_code == 0, measured.output
    found = json.loads(measured.output)
    assert found["rows"] == 120 and found["version"] == version
    for name in ("accuracy", "macro_f1", "auc_negative", "calibration_error"):
        value, low, high = found["figures"][name]
        assert low <= value <= high
    assert found["figures"]["accuracy"][0] > max(found["majority"]["accuracy"][0], found["stock"]["accuracy"][0])
    assert "always the commonest" in consult("evaluate", path).output
    assert consult("use", version).exit_code == 0
    # The command lives in the real time and the worker of this test in its own.
    clock.advance(own.scalars(select(Job.run_after).order_by(Job.id.desc()).limit(1)).one() - clock.now())
    assert run_jobs() == 1
    listed = [json.loads(line) for line in consult("list", "--json").output.splitlines()]
    assert [(line["version"], line["in_use"]) for line in listed] == [(version, True), ("shipped", False)]
    out = tmp_path / "model.json"
    assert consult("export", version, out).exit_code == 0
    assert "was here already" in consult("import", out).output
    assert consult("use", "shipped").exit_code == 0


@pytest.mark.parametrize("content", [b"", b"{}", b"\x1f\x8b\x08garbage", b"[" * 100_000, b'{"format": 1e999}'])
def test_a_hostile_or_damaged_model_file_is_refused_in_a_sentence(
    consult: Callable[..., Result], own: Session, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(content)
    refused = consult("import", path)
    assert refused.exit_code == 2 and "Traceback" not in refused.output
    assert refused.output.startswith("这不是可以使用的分析模型：") and "tone model" not in refused.output
    assert own.scalar(select(func.count()).select_from(ToneModelFile)) == 0


def test_one_changed_weight_is_enough_to_refuse_a_model_file(
    consult: Callable[..., Result], own: Session, tmp_path: Path, another: bytes
) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(another.replace(b'"threshold":0.', b'"threshold":0.1', 1))
    assert consult("import", path).exit_code == 2
    path.write_bytes(another)
    assert consult("import", path).exit_code == 0
    assert own.scalar(select(func.count()).select_from(ToneModelFile)) == 1


@pytest.mark.parametrize("words", ["", "text,tone\n", "a,b\n1,2\n", "text,tone\n好,愤怒\n", "\x00\x00"])
def test_a_label_file_that_cannot_be_used_is_refused_and_makes_no_model(
    consult: Callable[..., Result], own: Session, tmp_path: Path, words: str
) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(words)
    for command in (("train", "--labels", path), ("evaluate", path), ("evaluate", tmp_path / "absent.csv")):
        refused = consult(*command)
        assert refused.exit_code == 2 and "Traceback" not in refused.output, refused.output
    assert consult("use", "tone-9.9").exit_code == 2
    assert own.scalar(select(func.count()).select_from(ToneModelFile)) == 0


def test_whoever_names_a_wrong_file_of_labels_is_told_in_chinese_what_to_do(
    consult: Callable[..., Result], tmp_path: Path
) -> None:
    odd, book, empty = tmp_path / "odd.csv", tmp_path / "book.csv", tmp_path / "empty.csv"
    odd.write_text("文本,tone_a\n路灯坏了,-1\n")
    book.write_bytes(b"PK\x03\x04" + bytes(200))
    empty.touch()
    for path, words in (
        (odd, "文件中的列：文本、tone_a。请用 --text 或 --tone 指明列名"),
        (book, "另存为 CSV"),
        (empty, "是空文件"),
        (tmp_path, "是文件夹"),
        (tmp_path / "absent.csv", "找不到文件"),
    ):
        refused = consult("evaluate", path)
        assert refused.exit_code == 2 and words in refused.output, refused.output
    few = consult("evaluate", odd, "--tone", "tone_a")
    assert few.exit_code == 0 and "say next to nothing" in few.output
    assert "No text is neutral or positive" in few.output


def test_the_page_shows_how_often_the_shipped_model_is_right_with_each_tone(app: Flask, officer: User) -> None:
    summary = loading.shipped().summary
    words = Browser(app).signed_in_as(officer.handle).get("/desk/models").words
    assert f"在 {summary['measured_on']} 条文本上检验" in words
    for row in summary["confusion"]:
        assert str(sum(row)) in words
    negative = summary["confusion"][0]
    assert f"{100 * negative[0] / sum(negative):.0f}%" in words
    assert "判为不确定" in words and "样本不足" in words and "安装以来" in words
