"""The directions of imports (setup.cfg), and that every feature package stands in them."""

from __future__ import annotations

import ast
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Not layers of their own: the package itself, its way in, and the steps of the schema.
OUTSIDE = {"consult.__main__", "consult.migrations", "consult.templates", "consult.static"}


def test_imports_keep_the_contracts() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    if not program.exists():
        pytest.skip("import-linter is not installed beside this Python")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]


def test_every_module_of_the_application_has_its_place_in_the_layers() -> None:
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg")
    lines = setup["importlinter:contract:layers"]["layers"].split("\n")
    placed = {name.strip() for line in lines for name in line.split("|") if name.strip()}
    there = {
        f"consult.{path.stem}"
        for path in (ROOT / "consult").iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").exists()
    }
    assert there - OUTSIDE == placed - OUTSIDE


def test_nothing_is_imported_inside_a_function() -> None:
    found = []
    for folder in ("consult", "reports"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    inner = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
                    found += [f"{path.relative_to(ROOT)}:{n.lineno}" for n in inner]
    assert found == []
