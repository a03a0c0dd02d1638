"""What a process imports: a site that only serves pages stays small, and help is there at once."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from consult.cli import COMMANDS
from consult.handlers import PLACES

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import importlib, sys
importlib.import_module(sys.argv[1])
print(*{name.partition(".")[0] for name in sys.modules})
"""


def imported_by(module: str) -> set[str]:
    """The packages in memory after a fresh process has imported ``module``."""
    command = [sys.executable, "-c", SCRIPT, module]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    return set(run.stdout.split())


@pytest.mark.parametrize("module", ["consult.app", "consult.commands.running"])
def test_a_web_process_imports_nothing_that_only_analysis_and_documents_need(module: str) -> None:
    heavy = {"snownlp", "sklearn", "matplotlib", "typst", "numba", "jieba", "procrastinate"}
    assert imported_by(module) & heavy == set()


def test_the_command_imports_none_of_its_sub_commands_to_show_its_help() -> None:
    assert imported_by("consult.__main__") & {"sqlalchemy", "flask", "numpy", "alembic", "reports"} == set()


def test_a_worker_that_waits_imports_nothing_that_analysis_and_documents_need() -> None:
    heavy = {"numpy", "scipy", "sklearn", "matplotlib", "typst", "docx", "xlsxwriter", "snownlp", "jieba", "opencc"}
    assert imported_by("consult.handlers") & heavy == set()


def test_a_worker_that_reads_parts_of_a_backlog_imports_nothing_that_groups_learns_or_draws() -> None:
    heavy = {"scipy", "sklearn", "matplotlib", "typst", "docx", "xlsxwriter", "snownlp", "jieba"}
    assert imported_by(PLACES["issues.score"].partition(":")[0]) & heavy == set()


def test_a_worker_that_groups_imports_no_charts_and_no_documents() -> None:
    heavy = {"matplotlib", "typst", "docx", "xlsxwriter", "snownlp", "jieba"}
    assert imported_by(PLACES["issues.analyse"].partition(":")[0]) & heavy == set()


@pytest.mark.parametrize("place", sorted({*PLACES.values(), *(command.place for command in COMMANDS.values())}))
def test_what_is_imported_by_name_is_there(place: str) -> None:
    module, name = place.split(":")
    assert callable(getattr(importlib.import_module(module), name))
