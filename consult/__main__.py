"""The ``consult`` command, also ``python -m consult``."""

from __future__ import annotations

from consult import cli


def main() -> None:
    """Entry point."""
    cli.consult(obj=cli.Program())


if __name__ == "__main__":
    main()
