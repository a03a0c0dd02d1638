"""What is installed is what is declared, locked and documented; and one command does each thing."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import click
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from consult.cli import consult
from reports.model import Kind

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
README_ZH = (ROOT / "README.zh-CN.md").read_text()
OPERATIONS = (ROOT / "docs/operations.md").read_text()
READMES = pytest.mark.parametrize("readme", [README, README_ZH], ids=["en", "zh"])
DEMO_COMMAND, TEST_COMMAND = "tools/run-demo", "tools/run-tests"
OURS = {"consult", "reports", "tests", "tools", "benchmarks"}
#: Needed without any import of ours.
USED_WITHOUT_IMPORT = {
    "snownlp": "its model files are read as data",
}


def _setup() -> ConfigParser:
    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser


def _declared(lines: str) -> list[Requirement]:
    return [Requirement(line) for line in lines.strip().splitlines()]


def _names(requirements: list[Requirement]) -> set[str]:
    return {canonicalize_name(r.name) for r in requirements}


REQUIRED = _declared(_setup()["options"]["install_requires"])
#: Imported only where an operator chose the extra: the compiled decoder, the queue of several machines.
OPTIONAL = _names([r for extra in ("fast", "cluster") for r in _declared(_setup()["options.extras_require"][extra])])
EXTRAS = [r for extra in _setup()["options.extras_require"].values() for r in _declared(extra)]


def _imported(*folders: str) -> set[str]:
    """Distributions that modules of these folders import."""
    found: set[str] = set()
    distributions = packages_distributions()
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                modules = (
                    [alias.name for alias in node.names]
                    if isinstance(node, ast.Import)
                    else [node.module]
                    if isinstance(node, ast.ImportFrom) and node.module and not node.level
                    else []
                )
                for module in {m.split(".")[0] for m in modules} - set(sys.stdlib_module_names) - OURS:
                    found |= {canonicalize_name(d) for d in distributions.get(module, [module])}
    return found


def _locked(name: str) -> dict[str, tuple[str, int]]:
    """Package -> (version, how many hashes) of a lock file."""
    entries = re.split(r"^(?=[A-Za-z0-9])", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]
    found = {}
    for entry in entries:
        requirement = Requirement(entry.split("\\")[0].strip())
        version = str(requirement.specifier)
        assert version.startswith("=="), f"{entry.splitlines()[0]} is not pinned"
        found[canonicalize_name(requirement.name)] = (version[2:], entry.count("--hash=sha256:"))
    return found


def test_every_imported_package_is_declared_and_every_declared_package_is_used() -> None:
    required = _names(REQUIRED)
    imported = _imported("consult", "reports")
    assert imported - required - OPTIONAL == set(), "imported but not in install_requires"
    assert required - imported - set(USED_WITHOUT_IMPORT) == set(), "declared but used nowhere"


def test_every_package_that_tests_and_tools_import_is_declared() -> None:
    imported = _imported("tests", "tools", "benchmarks")
    assert imported - _names(REQUIRED) - _names(EXTRAS) == set()


def test_the_lock_holds_every_requirement_with_its_own_requirements_pinned_and_hashed() -> None:
    locked = _locked("requirements.lock")
    for requirement in [*REQUIRED, *EXTRAS]:
        version, _hashes = locked[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement} is locked at {version}"
    for name in locked:
        for below in map(Requirement, _requires(name)):
            if below.marker is None or below.marker.evaluate({"extra": ""}):
                assert canonicalize_name(below.name) in locked, f"{name} needs {below.name}"
    assert all(hashes for _version, hashes in locked.values())
    assert _locked("requirements-build.lock").keys() >= {"setuptools", "wheel"}


def _requires(name: str) -> list[str]:
    try:
        return requires(name) or []
    except ModuleNotFoundError:  # for another system than this one
        return []


def test_the_locks_name_no_index_and_no_folder() -> None:
    for name in ("requirements.lock", "requirements-build.lock"):
        for line in (ROOT / name).read_text().splitlines():
            assert line.startswith("#") or not re.search(r"--(?!hash)|://|file:| @ ", line), line


def test_metadata_says_licence_python_and_entry_point() -> None:
    setup = _setup()
    assert setup["metadata"]["license"] == "Apache-2.0"
    assert setup["options"]["python_requires"] == ">=3.11"
    assert re.fullmatch(r"consult = consult[.\w]*:main", setup["options.entry_points"]["console_scripts"].strip())
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    assert f"## {setup['metadata']['version']}" in (ROOT / "CHANGELOG.md").read_text()


@READMES
def test_each_readme_gives_one_command_for_the_demo_and_one_for_the_tests(readme: str) -> None:
    for command in (DEMO_COMMAND, TEST_COMMAND):
        assert re.search(rf"^\./{command}$", readme, re.MULTILINE), f"./{command} stands in no code block of its own"
        assert os.access(ROOT / command, os.X_OK)


def test_continuous_integration_calls_the_readmes_test_command_on_both_databases() -> None:
    script = (ROOT / ".ci/run").read_text()
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert re.search(rf'step "suite on SQLite" {TEST_COMMAND}$', script, re.MULTILINE)
    assert re.search(
        rf'step "suite on PostgreSQL" tools/with-postgresql {TEST_COMMAND} tests/functional [ \\\n]+tests/contracts/',
        script,
        re.MULTILINE,
    )
    for tool in ("ruff check", "ruff format --check", "bin/mypy", "lint-imports", "tools/i18n.py --all --check"):
        assert tool in script


@pytest.mark.parametrize("script", ["tools/install", "tools/install-system-packages.sh", DEMO_COMMAND, TEST_COMMAND])
def test_scripts_are_plain_posix_shell(script: str) -> None:
    path = ROOT / script
    assert path.read_text().startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n", path], check=True)


def _commands(group: click.Group = consult, prefix: str = "consult") -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, f"{prefix} {name}")
        elif not command.hidden:
            yield f"{prefix} {name}"


@READMES
def test_the_readme_names_every_command_and_no_other(readme: str) -> None:
    named = set(re.findall(r"^\| `(consult [a-z]+(?: [a-z-]+)?)", readme, re.MULTILINE))
    assert named == set(_commands())


def _settings_read() -> set[str]:
    """Environment variables that the program reads."""
    config = (ROOT / "consult/config.py").read_text()
    found = {f"CONSULT_{name}" for name in re.findall(r"(?:text|number)\(\"([A-Z_]+)\"", config)}
    for folder in ("consult", "reports"):
        for path in (ROOT / folder).rglob("*.py"):
            found |= set(re.findall(r"\"((?:CONSULT|REPORTS)_[A-Z_]+)\"", path.read_text()))
    return found


@pytest.mark.parametrize("document", [README, README_ZH, OPERATIONS], ids=["en", "zh", "operations"])
def test_every_setting_is_documented_and_no_other(document: str) -> None:
    rows = re.findall(r"^\| `((?:CONSULT|REPORTS)_[A-Z_]+)`", document, re.MULTILINE)
    assert sorted(rows) == sorted(_settings_read())
    assert "| `CONSULT_DAYS_<KIND>`" in document
    for kind in Kind:
        assert f"`{kind.upper()}`" in document, f"CONSULT_DAYS_{kind.upper()} is not explained"


def _tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: which files belong to the project is not known")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_names_a_folder_of_one_machine_or_something_left_to_do() -> None:
    forbidden = re.compile("|".join(["/wo" + "rk/", "/tmp/ba" + "sh", "/ro" + "ot/", "TO" + "DO", "FIX" + "ME"]))
    found = []
    for path in _tracked():
        if path.suffix in {".otf", ".ttf", ".png", ".mo", ".gz", ".npz"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if forbidden.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert found == []


LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def test_links_between_documents_lead_somewhere() -> None:
    for path in [ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]:
        for target in LINK.findall(path.read_text()):
            assert (path.parent / target).exists(), f"{path.relative_to(ROOT)} links to {target}"


def test_decision_records_are_numbered_once_and_have_the_same_parts() -> None:
    records = sorted((ROOT / "docs/adr").glob("*.md"))
    numbers = [path.name[:4] for path in records]
    assert len(set(numbers)) == len(numbers) and all(n.isdigit() for n in numbers)
    for path in records:
        text = path.read_text()
        assert text.startswith(f"# {int(path.name[:4])}. "), path.name
        for part in ("## Situation", "## Decision", "## Consequences"):
            assert part in text, f"{path.name} lacks {part}"
