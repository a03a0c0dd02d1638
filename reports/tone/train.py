"""Trains the shipped tone model: ``python -m reports.tone.train [--out FILE]``.

The sentences in ``training/*.csv`` were written for this project and may be read and corrected there. The same
files give the same model.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from reports.scoring import load_scorer
from reports.tone.model import read_tone_model
from reports.tone.training import train


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Train the tone model from the written sentences.")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("model.json"))
    out: Path = parser.parse_args(arguments).out
    content = train(scorer=load_scorer())
    model = read_tone_model(content)
    out.write_bytes(content)
    print(f"{model.version}: {dict(model.summary)}")


if __name__ == "__main__":
    main()
