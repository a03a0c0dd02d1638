"""``consult model …``: the models that judge tone, from the command line."""

from __future__ import annotations

import csv
import gettext
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import click
from flask_babel import lazy_gettext as _l
from sqlalchemy import Engine
from tqdm import tqdm

from consult import schema
from consult.clock import Clock, local
from consult.config import Settings, load_settings
from consult.db import make_engine, new_session, transaction
from consult.errors import Situation
from consult.learning import queries, service
from consult.learning.training import FEWEST_HELD_OUT, Labels, corrected_labels, learn, measured
from consult.tones import loading
from consult.tones import queries as tones
from consult.tones.models import Origin
from consult.tones.rules import SHIPPED, TONES
from consult.tones.service import NewModel, UnknownModel, keep_model
from reports.linear.files import LARGEST_FILE
from reports.model import Progress
from reports.tables import TableError
from reports.tone import ToneModel, ToneModelDamaged
from reports.tone.evaluation import ColumnUnknown, LabelsUnreadable, evaluate, read_labels
from reports.tone.examples import Labelled
from reports.tone.model import read_tone_model

#: The figures in the order of printing, with their names at the command line.
FIGURES = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "macro_f1_negative": "macro-F1, negative against rest",
    "auc_negative": "AUC, negative against rest",
    "calibration_error": "calibration error",
    "negatives_called_positive": "negatives called positive",
    "uncertain_share": "left uncertain",
}
#: What `reports` says of model files, for the catalog.
DAMAGES = (
    _l("the tone model is larger than any real one"),
    _l("the tone model was made for another version of this library, or for something else"),
    _l("the tone model does not match its hash"),
    _l("the tone model is not a model file"),
    _l("the tone model has parts that do not fit each other"),
    _l("the tone model holds weights that are no numbers"),
)
SHOWN_REJECTED = 10
#: How files begin that a person may take for CSV: workbooks of today (zip) and of before 2007.
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
#: Where the Chinese of what this command's situations say is kept.
CATALOGS = tuple(Path(__file__).parents[1] / feature / "translations" for feature in ("learning", "tones"))

_text = click.option("--text", default="", help="Heading of the column of texts, when it is not recognised.")
_tone = click.option("--tone", default="", help="Heading of the column of tones, when it is not recognised.")
_file = click.Path(path_type=Path)


class InChinese(click.Group):
    """Says in Chinese what stops a command; what its figures are called stays in the words of papers."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command of the group; a `Situation` goes on with its words translated."""
        try:
            return super().invoke(ctx)
        except Situation as situation:
            raise Situation(_in_chinese(situation)) from None


def _in_chinese(situation: Situation) -> str:
    words = _translated(situation.message)
    return words % situation.params if situation.params else words


def _translated(words: str) -> str:
    told = (catalog.gettext(words) for catalog in _catalogs())
    return next((chinese for chinese in told if chinese != words), words)


@cache
def _catalogs() -> tuple[gettext.NullTranslations, ...]:
    return tuple(gettext.translation("messages", folder, ["zh"], fallback=True) for folder in CATALOGS)


@click.group(cls=InChinese)
def model() -> None:
    """Analysis models: learn from corrections, measure, choose."""


def _database() -> tuple[Settings, Engine]:
    settings = load_settings()
    engine = make_engine(settings.database_url)
    schema.upgrade(engine, settings)
    return settings, engine


@contextmanager
def _bar(words: str) -> Iterator[Progress]:
    """A progress bar on standard error, when that is a terminal."""
    with tqdm(desc=words, unit="", file=sys.stderr, disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total, bar.n = total or None, done
            bar.refresh()

        yield show


@model.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_models(as_json: bool) -> None:
    """List the models, the one in use marked with *."""
    _settings, engine = _database()
    with new_session(engine, reads_only=True) as own:
        found = queries.overview(own)
    for version in found.versions:
        if as_json:
            line = {"version": version.version, "origin": version.origin, "in_use": version.is_chosen}
            made = version.made_at.isoformat() if version.made_at else None
            click.echo(json.dumps({**line, "made_at": made, "summary": version.summary}, ensure_ascii=False))
            continue
        made = f"{local(version.made_at):%Y-%m-%d %H:%M}" if version.made_at else ""
        accuracy = version.summary.get("held_out", {}).get("figures", {}).get("accuracy")
        right = f"accuracy {_figure(accuracy)} on {version.summary['held_out']['rows']} held out" if accuracy else ""
        line_text = f"{'*' if version.is_chosen else ' '} {version.version:<20} {version.origin:<9} {made:<17} {right}"
        click.echo(line_text.rstrip())
    if not as_json:
        click.echo(f"{found.corrections} corrections stand, {found.new_corrections} since the model in use was made.")


@model.command("train")
@click.option("--labels", type=_file, help="A CSV file of texts with their tones, besides the corrections at the desk.")
@click.option("--representative", is_flag=True, help="The labels are a fair sample of what comes in, not a selection.")
@_text
@_tone
def train_model(labels: Path | None, representative: bool, text: str, tone: str) -> None:
    """Make a new version from the shipped texts, the corrections and --labels. It is not used before `use`."""
    settings, engine = _database()
    of_file = _read(labels, text, tone) if labels is not None else []
    with new_session(engine, reads_only=True) as own:
        given = Labels(corrected_labels(own), of_file, representative)
    with _bar("train") as progress:
        learnt = learn(given, scorer=loading.scorer(settings.cache), progress=progress)
    with transaction(engine) as own:
        own.info["actor"] = "system"
        is_new = keep_model(own, None, learnt, Clock().now())
    learnt_from = ", ".join(f"{number} {name}" for name, number in learnt.summary["by_tone"].items())
    click.echo(
        f"Learnt from {len(given.corrections)} corrections and {len(of_file)} labels of the file ({learnt_from}), "
        "besides the texts that come with the program."
    )
    if "held_out" in learnt.summary:
        click.echo("On the fifth of the labels that was held out (by a twin made without them):")
        _print(learnt.summary["held_out"])
    else:
        click.echo("Too few labels to hold some out; label a sample and run `consult model evaluate`.")
    if is_new:
        click.echo(f"Version {learnt.version} is kept. Use it with: consult model use {learnt.version}")
    else:
        click.echo(f"Version {learnt.version} was here already: the same labels make the same model.")


@model.command("evaluate")
@click.argument("path", metavar="FILE", type=_file)
@click.option("--version", default="", help="Another model than the one in use; `shipped` for the program's own.")
@_text
@_tone
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def evaluate_model(path: Path, version: str, text: str, tone: str, as_json: bool) -> None:
    """Measure a model on a CSV file of labelled texts, beside the majority and stock snownlp."""
    settings, engine = _database()
    labelled = _read(path, text, tone)
    with new_session(engine, reads_only=True) as own:
        chosen = _model(own, version)
    with _bar("evaluate") as progress:
        found = measured(evaluate(chosen, labelled, scorer=loading.scorer(settings.cache), progress=progress))
    if as_json:
        click.echo(json.dumps({"version": chosen.version, **found}, ensure_ascii=False, indent=2))
        return
    click.echo(f"Model {chosen.version}")
    _print(found)


@model.command("use")
@click.argument("version")
def use_model(version: str) -> None:
    """Let VERSION judge from now on (`shipped`: the program's own) and everything be judged again.

    Nothing need be restarted. Findings of the earlier model stay until the work has ended; bulletins keep theirs.
    """
    _settings, engine = _database()
    with transaction(engine) as own:
        own.info["actor"] = "system"
        job = service.use(own, None, version, Clock().now())
    click.echo(f"{version} judges from now on. A worker judges everything again: /desk/jobs/{job.id}, or watch it with")
    click.echo("`consult analyse`.")


@model.command("import")
@click.argument("path", metavar="FILE", type=_file)
def import_model(path: Path) -> None:
    """Hold a model file that another machine wrote. A damaged, altered or foreign file is refused."""
    _must_be_file(path)
    if path.stat().st_size > LARGEST_FILE:
        raise Situation("This file is larger than any analysis model.")
    content = path.read_bytes()
    try:
        version = read_tone_model(content).version
    except ToneModelDamaged as damaged:
        raise Situation("This is no analysis model that can be used: %(why)s.", why=_translated(str(damaged))) from None
    if version == loading.shipped().version:
        raise Situation("This is the model that comes with the program; nothing need be imported.")
    _settings, engine = _database()
    with transaction(engine) as own:
        own.info["actor"] = "system"
        is_new = keep_model(own, None, NewModel(version, content, Origin.IMPORTED, {}), Clock().now())
    click.echo(f"Version {version} is kept." if is_new else f"Version {version} was here already.")


@model.command("export")
@click.argument("version")
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
def export_model(version: str, path: Path) -> None:
    """Write a version to FILE, for `import` on another machine."""
    _settings, engine = _database()
    with new_session(engine, reads_only=True) as own:
        row = tones.model_named(own, version)
        if row is None:
            raise UnknownModel(version=version)
        path.write_bytes(row.content)
    click.echo(str(path))


def _model(own: Any, version: str) -> ToneModel:
    if not version:
        return loading.model_in_use(own)
    row = None if version == SHIPPED else tones.model_named(own, version)
    if row is None and version != SHIPPED:
        raise UnknownModel(version=version)
    return loading.shipped() if row is None else loading.model_of(own, row)


def _read(path: Path, text: str, tone: str) -> list[Labelled]:
    """The labels of a file; rows that cannot be used are named on standard error."""
    _must_be_file(path)
    with path.open("rb") as file:
        if file.read(4) in WORKBOOKS:
            raise Situation("%(file)s is a workbook. Save it as CSV (UTF-8), then read that.", file=path)
    if not path.stat().st_size:
        raise Situation("%(file)s is empty.", file=path)
    try:
        labelled, rejected = read_labels(path, text=text, tone=tone)
    except ColumnUnknown as error:
        raise Situation(
            "%(file)s cannot be used: %(why)s Say which column it is with --text or --tone, as in --tone HEADING.",
            file=path,
            why=error,
        ) from None
    except (TableError, LabelsUnreadable, csv.Error) as error:
        raise Situation("%(file)s cannot be used: %(why)s", file=path, why=error) from None
    for row in rejected[:SHOWN_REJECTED]:
        click.echo(f"line {row.line}: {row.message}", err=True)
    if len(rejected) > SHOWN_REJECTED:
        click.echo(f"and {len(rejected) - SHOWN_REJECTED} more lines that cannot be used", err=True)
    if not labelled:
        raise Situation("%(file)s holds no labelled text.", file=path)
    return labelled


def _must_be_file(path: Path) -> None:
    if path.is_dir():
        raise Situation("%(file)s is a folder. Name a file in it.", file=path)
    if not path.exists():
        raise Situation("There is no file %(file)s.", file=path)


def _figure(parts: Sequence[float] | None) -> str:
    return f"{parts[0]:.3f} ({parts[1]:.3f}-{parts[2]:.3f})" if parts else "-"


def _print(found: Mapping[str, Any]) -> None:
    """The figures with their 95 % intervals, each beside those of the baselines."""
    tones_counted = ", ".join(f"{number} {name}" for name, number in found["by_tone"].items())
    click.echo(f"{found['rows']} texts: {tones_counted}")
    columns = [("figures", "model")]
    columns += [(key, words) for key, words in _BASELINES if key in found]
    click.echo(f"{'':<32}" + "".join(f"{words:<24}" for _, words in columns).rstrip())
    for name, words in FIGURES.items():
        cells = "".join(f"{_figure(found[key].get(name)):<24}" for key, _ in columns)
        click.echo(f"{words:<32}{cells}".rstrip())
    click.echo("(in brackets: 95 % interval)")
    if found["rows"] < FEWEST_HELD_OUT:
        click.echo(f"Fewer than {FEWEST_HELD_OUT} texts: these figures say next to nothing.", err=True)
    if missing := [name for name in TONES if not found["by_tone"].get(name)]:
        click.echo(f"No text is {' or '.join(missing)}: macro-F1 and AUC say little here.", err=True)


_BASELINES = (("shipped", "shipped"), ("stock", "stock snownlp"), ("majority", "always the commonest"))
