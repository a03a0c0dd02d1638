"""The scoring tables come to be once, whoever asks first and however many ask at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from reports.scoring.source import installed_source
from reports.scoring.tables import cached_tables, default_cache_dir

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


def test_two_processes_that_need_the_tables_at_once_end_well_with_the_same_tables(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    command = [sys.executable, "-c", ASK, str(cache)]
    asking = [
        subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=240) for process in asking]
    assert [process.returncode for process in asking] == [0, 0], answers
    told, digests = zip(*(out.split() for out, _ in answers), strict=True)
    assert sorted(map(bool, map(int, told))) == [False, True]  # one built, the other waited for it
    assert len(set(digests)) == 1
    assert [path.name for path in cache.iterdir() if path.is_dir()] == [_folder(cache).name]
    _assert_like_those_in_use(cache)


def _folder(cache: Path) -> Path:
    return next(cache.glob(f"snownlp-*-{installed_source().digest()[:32]}"))


def _assert_like_those_in_use(cache: Path) -> None:
    """Built twice from one model, the tables are the same to the last bit."""
    cached_tables(installed_source(), default_cache_dir(), lambda done, total: None)
    mine, theirs = _folder(cache), _folder(default_cache_dir())
    for path in sorted(mine.iterdir()):
        assert path.read_bytes() == (theirs / path.name).read_bytes(), path.name
