"""Trains the shipped tone model: ``python -m reports.tone.train [--out FILE] [--measured-on FILE]``.

The sentences in ``training/*.csv`` were written for this project and may be read and corrected there. The same
files give the same model. With ``--measured-on FILE`` the file also tells how the model did on real labelled messages
that it never saw, as counts; shares are corrected by them (`reports.estimates`).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from reports.scoring import load_scorer
from reports.tone.evaluation import evaluate, read_labels
from reports.tone.model import read_tone_model
from reports.tone.training import train


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Train the tone model from the written sentences.")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("model.json"))
    parser.add_argument("--measured-on", type=Path, help="CSV of labelled messages")
    options = parser.parse_args(arguments)
    out: Path = options.out
    scorer = load_scorer()
    content = train(scorer=scorer)
    if options.measured_on:
        labelled, _ = read_labels(options.measured_on)
        found = evaluate(read_tone_model(content), labelled, scorer=scorer)
        measured = {"confusion": [list(row) for row in found.confusion], "measured_on": found.rows}
        content = train(scorer=scorer, summary=measured)
    model = read_tone_model(content)
    out.write_bytes(content)
    print(f"{model.version}: {dict(model.summary)}")


if __name__ == "__main__":
    main()
