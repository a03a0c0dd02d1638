"""``python -m consult``: the same as the ``consult`` command."""

from __future__ import annotations

from consult.app import main

if __name__ == "__main__":
    main()
