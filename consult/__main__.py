"""The ``consult`` command, also ``python -m consult``: hands the application to the command line."""

from __future__ import annotations

from consult import cli
from consult.app import create_app
from consult.handlers import make_worker


def main() -> None:
    """Entry point."""
    cli.consult(obj=cli.Program(create_app=create_app, make_worker=make_worker))


if __name__ == "__main__":
    main()
