"""``python -m reports FILE --out DIR``: a table of submissions in, the bulletin in five forms out.

No database and no server. Nothing is written unless everything could be made. The exit code is 0 when
the files are written, 2 when the input cannot be used, 3 when they cannot be written.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from reports.analysis import analyse
from reports.bulletin import Bulletin, BulletinExtra, NothingToReport, SourceFile, compose
from reports.bulletin.numbers import SHANGHAI, local_day
from reports.documents import write_all
from reports.issues import HEAT_RULE
from reports.masking import mask
from reports.model import Period, Rejected, Submission
from reports.scoring import load_scorer
from reports.tables import TableError, TableRead, read_table
from reports.tone import load_tone_model

UNUSABLE = 2
UNWRITABLE = 3


class Unusable(Exception):
    """What was asked for cannot be done with this input; the message is for a person."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = _parser().parse_args(argv)
    try:
        bulletin, written = _run(options)
    except (TableError, NothingToReport, Unusable) as error:
        print(f"无法编制专报 / Cannot make the bulletin: {error}", file=sys.stderr)
        return UNUSABLE
    except OSError as error:
        print(f"无法写入 / Cannot write to {options.out}: {error.strerror or error}", file=sys.stderr)
        return UNWRITABLE
    _say(bulletin, written, as_json=options.json)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m reports",
        description="由一份诉求表格生成舆情专报（HTML、PDF、DOCX、XLSX、JSON）。"
        " Make a public-opinion bulletin from a table of submissions.",
    )
    parser.add_argument("file", type=Path, help="CSV, TSV, XLSX, JSON 或 JSONL 表格 / table of submissions")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="输出文件夹 / folder to write into")
    parser.add_argument("--from", dest="start", type=_day, metavar="YYYY-MM-DD", help="起始日（含）/ first day")
    parser.add_argument("--to", dest="end", type=_day, metavar="YYYY-MM-DD", help="截止日（含）/ last day")
    parser.add_argument("--title", help="专报标题 / title")
    parser.add_argument("--organ", default="", help="版头的机关名称，不设则不印 / organ named on the masthead")
    parser.add_argument("--encoding", help="文件编码，如 gb18030 / the file's encoding")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        type=_pair,
        metavar="FIELD=HEADING",
        help="指定列，如 text=留言详情，可多次 / name the column of a field; repeatable",
    )
    parser.add_argument("--json", action="store_true", help="在标准输出给出机器可读的结果 / print the outcome as JSON")
    return parser


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(UNUSABLE, f"参数有误 / Bad arguments: {message}\n")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是有效日期 / is not a date (YYYY-MM-DD)") from None


def _pair(text: str) -> tuple[str, str]:
    name, sign, heading = text.partition("=")
    if not (name.strip() and sign and heading.strip()):
        raise argparse.ArgumentTypeError(f"“{text}”应写作 字段=列名 / must be FIELD=HEADING")
    return name.strip(), heading.strip()


def _run(options: argparse.Namespace) -> tuple[Bulletin, dict[str, Path]]:
    if options.start and options.end and options.start > options.end:
        raise Unusable("起始日晚于截止日。The first day is after the last.")
    if options.out.exists() and not options.out.is_dir():
        raise Unusable(f"{options.out}不是文件夹。It is not a folder.")
    table = read_table(options.file, mapping=dict(options.map) or None, encoding=options.encoding)
    everything = tuple(_masked(row.submission) for row in table.rows)
    if not everything:
        raise Unusable(_nothing_usable(table))
    submissions = tuple(s for s in everything if _within(s, options.start, options.end))
    if not submissions:
        raise NothingToReport
    with _Bar("准备模型 preparing") as bar:
        scorer = load_scorer(progress=bar.step)
    tone_model = load_tone_model()
    with _Bar("分析诉求 analysing") as bar:
        analysis = analyse(submissions, scorer=scorer, tone_model=tone_model, progress=bar.step)
    extra = BulletinExtra(
        organ=options.organ,
        accuracy=tone_model.accuracy,
        heat_rule=HEAT_RULE,
        source=SourceFile(
            name=options.file.name,
            rejected=tuple(_masked_rejection(r) for r in table.rejected),
            outside_period=len(everything) - len(submissions),
            encoding=table.encoding,
            mapping=table.mapping,
        ),
    )
    bulletin = compose(
        submissions,
        analysis,
        period=_period(submissions, options.start, options.end),
        title=options.title,
        generated_at=datetime.now(SHANGHAI).replace(microsecond=0),
        extra=extra,
    )
    return bulletin, write_all(bulletin, options.out)


def _within(submission: Submission, start: date | None, end: date | None) -> bool:
    """Whether it falls into the period asked for; what has no date does only when no period is."""
    if start is None and end is None:
        return True
    if submission.at is None:
        return False
    day = local_day(submission.at)
    return (start is None or day >= start) and (end is None or day <= end)


def _period(submissions: Sequence[Submission], start: date | None, end: date | None) -> Period | None:
    """The period asked for; an open end closes with the data. None when none was asked for."""
    if start is None and end is None:
        return None
    days = [local_day(s.at) for s in submissions if s.at is not None]
    return Period(start or min(days), end or max(days))


def _masked(submission: Submission) -> Submission:
    """The analysis never sees personal data: every free text is masked before it."""
    return replace(
        submission,
        text=mask(submission.text).text,
        title=mask(submission.title).text,
        place=mask(submission.place).text,
        turns=tuple(replace(turn, text=mask(turn.text).text) for turn in submission.turns),
    )


def _masked_rejection(rejected: Rejected) -> Rejected:
    """A reason may quote the cell that was wrong."""
    return replace(rejected, message=mask(rejected.message).text)


def _nothing_usable(table: TableRead) -> str:
    if not table.rejected:
        return "文件里没有数据行。The file has no rows."
    first = table.rejected[0]
    return (
        f"文件的{table.records}条记录都不能用（第{first.line}行：{first.message}）。"
        f"None of the {table.records} records can be used."
    )


class _Bar:
    """A progress bar on standard error, silent where that is no terminal."""

    def __init__(self, what: str) -> None:
        self._bar = tqdm(total=1, desc=what, file=sys.stderr, leave=False, disable=None)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def step(self, done: int, total: int) -> None:
        """A `Progress`."""
        self._bar.total = total
        self._bar.update(done - self._bar.n)


def _say(bulletin: Bulletin, written: dict[str, Path], *, as_json: bool) -> None:
    if as_json:
        outcome = {
            "records": bulletin.records,
            "submissions": bulletin.read,
            "rejected": len(bulletin.rejected),
            "outside_period": bulletin.outside_period,
            "issues": len(bulletin.issues),
            "content_sha256": bulletin.content_sha256,
            "files": {form: str(path) for form, path in written.items()},
        }
        print(json.dumps(outcome, ensure_ascii=False))
        return
    print(
        f"读取{bulletin.records}条记录：可用{bulletin.read}条，退回{len(bulletin.rejected)}条，"
        f"时间范围外{bulletin.outside_period}条；形成议题{len(bulletin.issues)}个。"
    )
    for path in written.values():
        print(path)


if __name__ == "__main__":
    sys.exit(main())
