"""A web process answers pages; what only workers and commands need is not loaded into it."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("numpy", "scipy", "sklearn", "matplotlib", "snownlp", "numba")


def test_a_web_process_loads_no_numerical_library() -> None:
    code = f"import consult.app, sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
