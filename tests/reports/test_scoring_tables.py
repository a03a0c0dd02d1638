"""The scoring tables come to be once, whoever asks first and however many ask at once, and are trusted only whole."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import snownlp

from reports.model import Progress, silent
from reports.scoring import Scorer, TablesNotBuilt, load_scorer, tables
from reports.scoring.source import installed_source
from reports.scoring.tables import FORMAT, cached_tables, default_cache_dir

REPOSITORY = Path(__file__).resolve().parents[2]
#: What one process does: it gets the tables, says how often it was told about building them, and what they hold.
ASK = """
import hashlib, sys
from pathlib import Path
from reports.scoring.source import installed_source
from reports.scoring.tables import cached_tables
told = []
tables = cached_tables(installed_source(), Path(sys.argv[1]), lambda done, total: told.append(done))
digest = hashlib.sha256("\\n".join(tables.vocabulary).encode())
for name in sorted(tables.arrays):
    digest.update(name.encode() + tables.arrays[name].tobytes())
print(len(told), digest.hexdigest())
"""


def test_three_processes_that_need_the_tables_at_once_end_well_with_the_same_tables(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    command = [sys.executable, "-c", ASK, str(cache)]
    asking = [
        subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = [process.communicate(timeout=240) for process in asking]
    assert [process.returncode for process in asking] == [0, 0, 0], answers
    told, digests = zip(*(out.split() for out, _ in answers), strict=True)
    assert sorted(map(bool, map(int, told))) == [False, False, True]  # one built, the others waited for it
    assert len(set(digests)) == 1
    assert [path.name for path in cache.iterdir() if path.is_dir()] == [_folder(cache).name]
    _assert_like_those_in_use(cache)


def _folder(cache: Path) -> Path:
    return cache / f"snownlp-{FORMAT}-{installed_source().digest()[:32]}"


def _assert_like_those_in_use(cache: Path) -> None:
    """Built twice from one model, the tables are the same to the last bit."""
    cached_tables(installed_source(), default_cache_dir(), lambda done, total: None)
    mine, theirs = _folder(cache), _folder(default_cache_dir())
    for path in sorted(mine.iterdir()):
        assert path.read_bytes() == (theirs / path.name).read_bytes(), path.name


def cut_short(folder: Path) -> None:
    path = folder / "triple_values.npy"
    path.write_bytes(path.read_bytes()[:1_000])


def one_bit_turned(folder: Path) -> None:
    path = folder / "triple_values.npy"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def one_word_changed(folder: Path) -> None:
    path = folder / "vocabulary.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("感谢", "谢感", 1), encoding="utf-8", newline="\n")


def one_file_gone(folder: Path) -> None:
    (folder / "bayes_words.npy").unlink()


def objects_in_a_table(folder: Path) -> None:
    np.save(folder / "emissions.npy", np.array([{"not": "numbers"}], object), allow_pickle=True)


def manifest_cut_short(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes()[:40])


def manifest_of_another_sort(folder: Path) -> None:
    (folder / "manifest.json").write_text("[]")


def manifest_of_another_model(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "digest": "0" * 64}))


def manifest_without_a_table(folder: Path) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["hashes"]["pair_cells.npy"]
    path.write_text(json.dumps(manifest))


def emptied(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def a_file_by_its_name(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_bytes(b"something else")


def a_link_to_nowhere(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to(folder.parent / "nowhere")


DAMAGES: list[Callable[[Path], None]] = [
    cut_short,
    one_bit_turned,
    one_word_changed,
    one_file_gone,
    objects_in_a_table,
    manifest_cut_short,
    manifest_of_another_sort,
    manifest_of_another_model,
    manifest_without_a_table,
    emptied,
    a_file_by_its_name,
    a_link_to_nowhere,
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_tables_that_are_not_as_they_were_written_are_built_again(
    damage: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached_tables(installed_source(), default_cache_dir(), silent)
    whole, folder = _folder(default_cache_dir()), _folder(tmp_path)
    shutil.copytree(whole, folder)
    damage(folder)
    built: list[Path] = []

    def build(fresh: Path, progress: Progress) -> None:
        """What the child process does, without its seventeen seconds."""
        shutil.copytree(whole, fresh, dirs_exist_ok=True)
        built.append(fresh)

    monkeypatch.setattr(tables, "_run_builder", build)
    scorer = load_scorer(tmp_path)
    assert len(built) == 1
    assert scorer.score("感谢").raw == snownlp.SnowNLP("感谢").sentiments
    assert not list(tmp_path.glob("building-*"))
    load_scorer(tmp_path)
    assert len(built) == 1


def test_cut_tables_are_built_again_from_the_model_itself(tmp_path: Path) -> None:
    cached_tables(installed_source(), default_cache_dir(), silent)
    shutil.copytree(_folder(default_cache_dir()), _folder(tmp_path))
    cut_short(_folder(tmp_path))
    steps: list[tuple[int, int]] = []
    found = cached_tables(installed_source(), tmp_path, lambda done, total: steps.append((done, total)))
    assert steps[-1] == (5, 5)
    assert Scorer(found).score("感谢").raw == snownlp.SnowNLP("感谢").sentiments
    _assert_like_those_in_use(tmp_path)


def test_whole_tables_are_used_where_nothing_can_be_written(tmp_path: Path) -> None:
    cached_tables(installed_source(), default_cache_dir(), silent)
    shutil.copytree(_folder(default_cache_dir()), _folder(tmp_path))
    for path in [*_folder(tmp_path).iterdir(), _folder(tmp_path), tmp_path]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert load_scorer(tmp_path).score("感谢").raw == snownlp.SnowNLP("感谢").sentiments
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    tmp_path.chmod(0o755)
    _folder(tmp_path).chmod(0o755)


@pytest.mark.parametrize("place", ["a file", "a file/below", "/proc/nowhere"])
def test_a_cache_that_cannot_be_written_says_where_and_what_to_set(place: str, tmp_path: Path) -> None:
    (tmp_path / "a file").write_bytes(b"")
    with pytest.raises(TablesNotBuilt, match="CONSULT_CACHE") as told:
        load_scorer(tmp_path / place)
    assert place in str(told.value)


def test_without_a_home_the_folder_is_asked_for_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONSULT_CACHE", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # as for a user whom the system does not know
    with pytest.raises(TablesNotBuilt, match="CONSULT_CACHE"):
        load_scorer()


def test_a_build_that_fails_says_why_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(TablesNotBuilt, match="could not be built"):
        load_scorer(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["build.lock"]
