"""The whole demo town, made once by its command: what a visitor of the README's first command finds."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from consult.accounts.models import Role, User
from consult.app import create_app
from consult.audit.service import verify
from consult.bulletins.models import Bulletin, BulletinFile, BulletinState, Edition
from consult.cli import Program, consult
from consult.clock import Clock, local_date
from consult.comments.models import Comment
from consult.config import load_settings
from consult.db import make_engine, new_session
from consult.demo.watching import JobFailed, check_jobs
from consult.drafts.models import Draft
from consult.drafts.rules import phase
from consult.handlers import make_worker
from consult.hotline.models import ImportFile, ImportState, Turn, WorkOrder
from consult.issues.models import Issue, IssueState
from consult.jobs.models import Job, JobState
from consult.responses.models import Thread, ThreadState
from reports.scoring.tables import default_cache_dir


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, str]]:
    """The database of a demo town, and what its making printed."""
    instance = tmp_path_factory.mktemp("demo") / "instance"
    instance.mkdir()
    default_cache_dir().mkdir(parents=True, exist_ok=True)
    # The tables of the scorer are the machine's: made once for all tests.
    (instance / "cache").symlink_to(default_cache_dir(), target_is_directory=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONSULT_INSTANCE", str(instance))
        patch.delenv("CONSULT_DATABASE_URL", raising=False)
        program = Program(create_app=create_app, make_worker=make_worker)
        done = CliRunner().invoke(consult, ["demo", "--no-serve"], obj=program, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        engine = make_engine(load_settings().database_url)
    yield engine, done.output
    engine.dispose()


@pytest.fixture
def town(made: tuple[Engine, str]) -> Iterator[Session]:
    with new_session(made[0], reads_only=True) as own:
        yield own


def _count(own: Session, what: type, *where: object) -> int:
    return own.scalar(select(func.count()).select_from(what).where(*where)) or 0  # type: ignore[arg-type]


def test_the_demo_town_is_as_large_and_varied_as_promised(town: Session) -> None:
    drafts = list(town.scalars(select(Draft)))
    assert len(drafts) == 6
    assert len({phase(draft, Clock().now()) for draft in drafts}) >= 4
    assert _count(town, Comment) >= 400
    assert _count(town, WorkOrder) >= 600
    assert (town.scalar(select(func.count(Turn.order_id.distinct()))) or 0) >= 60
    assert _count(town, User, User.role == Role.LEADER) >= 2
    assert set(town.scalars(select(User.role))) == set(Role)


def test_a_file_was_taken_in_at_the_desk_with_every_record_accounted_for(town: Session) -> None:
    file = town.scalars(select(ImportFile)).one()
    assert (file.state, file.records, file.created, file.rejected) == (ImportState.DONE, 16, 14, 2)
    assert _count(town, WorkOrder, WorkOrder.import_id == file.id) == 14


def test_a_leader_finds_one_thread_past_its_day_and_others_that_wait(town: Session) -> None:
    waiting = list(town.scalars(select(Thread).where(Thread.origin == "issue", Thread.state == ThreadState.WAITING)))
    overdue = [thread for thread in waiting if thread.due_on < local_date(Clock().now())]
    assert len(waiting) > len(overdue) == 1


def test_issues_are_accepted_put_to_leaders_and_answered(town: Session) -> None:
    assert _count(town, Issue, Issue.state == IssueState.ACCEPTED) >= 12
    assert _count(town, Thread, Thread.origin == "issue", Thread.state == ThreadState.ANSWERED) >= 10
    assert _count(town, Thread, Thread.state == ThreadState.WAITING) >= 3


def test_two_bulletins_are_signed_by_the_second_officer_and_published(town: Session) -> None:
    bulletins = list(town.scalars(select(Bulletin).order_by(Bulletin.id)))
    assert [b.state for b in bulletins] == [BulletinState.PUBLISHED] * 2
    assert [b.number_in_all for b in bulletins] == [1, 2]
    signers = {(town.get_one(User, b.requested_by).handle, town.get_one(User, b.signed_by).handle) for b in bulletins}
    assert signers == {("officer", "officer2")}
    for bulletin in bulletins:
        assert _count(
            town, BulletinFile, BulletinFile.bulletin_id == bulletin.id, BulletinFile.edition == Edition.PUBLIC
        )


def test_every_job_ended_well_and_the_audit_log_is_whole(made: tuple[Engine, str], town: Session) -> None:
    assert set(town.scalars(select(Job.state))) == {JobState.DONE}
    assert list(verify(town)) == []
    assert "2 bulletins signed and published" in made[1]


def test_summaries_of_threads_are_a_few_short_sentences_without_doubled_quotes(town: Session) -> None:
    summaries = list(town.scalars(select(Thread.summary).where(Thread.origin == "issue")))
    assert summaries
    for summary in summaries:
        lines = summary.split("\n")
        assert 1 <= len(lines) <= 4
        if "“" not in summary[:1]:  # nobody agreed to be quoted: the figures stand for their words
            assert re.fullmatch(r"\d+人反映“[^“”]+”，共收到诉求\d+条。(主要集中在.+。)?", summary)
            continue
        assert all(line[0] == "“" and line[-1] == "”" and len(line) <= 66 for line in lines)
        assert not [line for line in lines if "“" in line[1:] or "”" in line[:-1] or line[-2] in "，；,;"]


def test_a_failed_job_ends_the_making_with_its_reason(own: Session) -> None:
    now = Clock().now()
    kept = '{"message": "The work was %(what)s.", "params": {"what": "cut short"}}'
    own.add(Job(kind="bulletins.build", state=JobState.FAILED, error=kept, run_after=now, created_at=now))
    own.commit()
    with pytest.raises(JobFailed, match=r"bulletins\.build.*cut short"):
        check_jobs(own.get_bind())  # type: ignore[arg-type]
