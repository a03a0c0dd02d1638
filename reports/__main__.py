"""``python -m reports FILE --out DIR``: a table of submissions in, the bulletin in five forms out.

No database, no server, no network. Exit codes: 0 when the bulletin is written (rejected rows are counted
and listed in it), 2 when the file or the options cannot be used.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tqdm import tqdm

from reports.analysis import analyse
from reports.bulletin import BulletinExtra, NothingToReport, SourceFile, compose
from reports.bulletin.numbers import local_day
from reports.documents import write_all
from reports.estimates.model import confusion_of
from reports.explanations import HEAT_RULE, tone_accuracy
from reports.masking import mask
from reports.model import Period, Progress, Rejected, Submission
from reports.scoring import ModelMissing, ModelUnsupported, TablesNotBuilt, load_scorer
from reports.tables import ColumnsMissing, EncodingUncertain, TableError, TableRead, read_table
from reports.tables.aliases import ALIASES
from reports.tone import load_tone_model

SHANGHAI = ZoneInfo("Asia/Shanghai")
UNUSABLE = 2
INTERRUPTED = 130
SHOWN_REJECTIONS = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal without Chinese shows escapes; it does not end the work halfway.
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except KeyboardInterrupt:
        print("已中断，没有写入完整的专报。", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Who read the output has gone; what is left in the buffer must not fail a second time at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(options: argparse.Namespace) -> int:
    try:
        table = read_table(options.file, mapping=dict(options.map), encoding=options.encoding, sheet=options.sheet)
    except TableError as error:
        print(f"{options.file}：{error.message}", file=sys.stderr)
        _advise(error)
        return UNUSABLE
    submissions = masked_submissions(table)
    period = _period(options, submissions)
    if isinstance(period, str):
        print(period, file=sys.stderr)
        return UNUSABLE
    if not _is_writable(options.out):
        print(f"无法写入 {options.out}：不是可写的文件夹。", file=sys.stderr)
        return UNUSABLE
    try:
        with tqdm(desc="准备词表", file=sys.stderr, disable=None, leave=False) as bar:
            scorer = load_scorer(progress=_to(bar))
    except (ModelMissing, ModelUnsupported, TablesNotBuilt) as error:
        print(f"词表无法准备：{error}", file=sys.stderr)
        print("可用环境变量 CONSULT_CACHE 指定一个可写的文件夹。", file=sys.stderr)
        return UNUSABLE
    tone_model = load_tone_model()
    with tqdm(desc="分析", file=sys.stderr, disable=None, leave=False) as bar:
        analysis = analyse(in_period(submissions, period), scorer=scorer, tone_model=tone_model, progress=_to(bar))
    extra = BulletinExtra(
        organ=options.organ,
        accuracy=tone_accuracy(tone_model),
        heat_rule=HEAT_RULE,
        confusion=confusion_of(tone_model.summary),
        source=SourceFile(
            name=mask(options.file.name).text,
            rejected=masked_rejections(table),
            encoding=table.encoding,
            mapping={field: mask(heading).text for field, heading in table.mapping.items()},
        ),
    )
    try:
        bulletin = compose(
            submissions,
            analysis,
            period=period,
            title=options.title or None,
            generated_at=datetime.now(SHANGHAI),
            extra=extra,
        )
        written = write_all(bulletin, options.out)
    except NothingToReport as error:
        print(str(error), file=sys.stderr)
        return UNUSABLE
    except OSError as error:
        print(f"无法写入 {options.out}：{error.strerror}", file=sys.stderr)
        return UNUSABLE
    if options.json:
        sys.stdout.write(written["json"].read_text(encoding="utf-8"))
        return 0
    print(f"读入 {len(table.rows)} 条，未采用 {len(table.rejected)} 条，议题 {len(bulletin.issues)} 个。")
    if table.other_sheets:
        print(f"  未读的工作表：{'、'.join(table.other_sheets)}（可用 --sheet 选择）。")
    for rejected in masked_rejections(table)[:SHOWN_REJECTIONS]:
        print(f"  第{rejected.line}行：{rejected.message}")
    if len(table.rejected) > SHOWN_REJECTIONS:
        print(f"  另有 {len(table.rejected) - SHOWN_REJECTIONS} 行，见 bulletin.json 的 rejected。")
    for path in written.values():
        print(f"  {path}")
    return 0


def in_period(submissions: Sequence[Submission], period: Period | None) -> list[Submission]:
    """Those the bulletin will speak of: what lies outside must not heat an issue either."""
    return [
        s for s in submissions if period is None or (s.at is not None and period.start <= local_day(s.at) <= period.end)
    ]


def masked_submissions(table: TableRead) -> list[Submission]:
    """The rows' submissions with personal data covered, before anything else reads them."""
    return [
        replace(
            row.submission,
            # A number of the source that is itself somebody's phone is not printed; lines are unique as well.
            id=row.id if mask(row.id).text == row.id else f"line-{row.line}",
            field=mask(row.submission.field).text,
            unit=mask(row.submission.unit).text,
            title=mask(row.submission.title).text,
            text=mask(row.submission.text).text,
            place=mask(row.submission.place).text,
            turns=tuple(replace(turn, text=mask(turn.text).text) for turn in row.submission.turns),
        )
        for row in table.rows
    ]


def masked_rejections(table: TableRead) -> tuple[Rejected, ...]:
    """What was not used, and why, with personal data covered: a reason may quote a cell or a misread heading."""
    return tuple(
        replace(one, message=mask(one.message).text, id=mask(one.id).text, column=mask(one.column).text)
        for one in table.rejected
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m reports",
        description="Make the public-opinion bulletin (舆情专报) of a table of submissions.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV, TSV, XLSX, XLS, ODS, JSON or JSONL")
    parser.add_argument(
        "--out", type=Path, default=Path("out"), help="folder for bulletin.html, .pdf, … (default: out)"
    )
    parser.add_argument("--from", dest="start", type=_day, help="first day, like 2026-11-01")
    parser.add_argument("--to", dest="end", type=_day, help="last day, included")
    parser.add_argument("--title", default="", help="made from the period when left out")
    parser.add_argument("--organ", default="", help="issuing organ; printed only when given")
    parser.add_argument("--encoding", help="when the bytes leave it in doubt: gb18030, big5, …")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        type=_pair,
        metavar="FIELD=HEADING",
        help="which column is which field; FIELD= alone takes a column away",
    )
    parser.add_argument("--sheet", default="", help="the sheet of a workbook (default: the first one with texts)")
    parser.add_argument("--json", action="store_true", help="also print the JSON")
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it like 2026-11-01") from None


def _pair(text: str) -> tuple[str, str]:
    field, sign, heading = text.partition("=")
    if not sign or field not in ALIASES:
        raise argparse.ArgumentTypeError(f"{text!r}: write FIELD=HEADING, FIELD being one of {', '.join(ALIASES)}")
    return field, heading


def _period(options: argparse.Namespace, submissions: Sequence[Submission]) -> Period | str | None:
    """The period asked for; None for all; a sentence when it makes no sense."""
    if options.start is None and options.end is None:
        return None
    days = sorted(s.at.date() for s in submissions if s.at is not None)
    start = options.start or (days[0] if days else options.end)
    end = options.end or (days[-1] if days else options.start)
    if end < start:
        return f"结束日期 {end} 早于开始日期 {start}。"
    return Period(start, end)


def _is_writable(folder: Path) -> bool:
    """Whether the folder, or the nearest one above it that exists, takes files; asked before minutes of analysis."""
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK)


def _to(bar: tqdm) -> Progress:
    def show(done: int, total: int) -> None:
        bar.total = total
        bar.n = done
        bar.refresh()

    return show


def _advise(error: TableError) -> None:
    """What the person can do about it."""
    if isinstance(error, EncodingUncertain):
        for candidate in error.candidates:
            print(f"  --encoding {json.dumps(str(getattr(candidate, 'encoding', candidate)))[1:-1]}", file=sys.stderr)
    if isinstance(error, ColumnsMissing):
        print("  表头：" + "、".join(error.headings), file=sys.stderr)
        print(
            "  请用 --map 指明，例如 --map text=" + (error.headings[0] if error.headings else "内容"), file=sys.stderr
        )


if __name__ == "__main__":
    raise SystemExit(main())
