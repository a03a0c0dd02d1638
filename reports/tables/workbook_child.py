"""Opens one workbook in a process of its own and writes its cells to standard output, a JSON list for each row.

Run by path with an isolated interpreter, so it imports nothing of ours: what a hostile workbook can reach is
this process, which has little memory, little time, no files to write and no children.

Lines: ``{"sheets": [...], "sheet": name}``, then ``[row number, [cell, ...]]`` for each row with anything in it,
then ``{"end": rows}``; or at any point ``{"error": code, "detail": text}`` as the last line. Moments are
``{"d": ISO text}``.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, time, timedelta

import python_calamine as calamine

if sys.platform != "win32":  # where only the checks before opening protect
    import resource


def _limit(memory: int, seconds: int) -> None:
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return {"d": value.isoformat()}
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return value


def _write(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=True) + "\n")


def _merged_downwards(table: calamine.CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """First row of each merged range of one column -> its column and last row; rows count from 1."""
    found: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, right) in table.merged_cell_ranges or ():
        if bottom > top and left == right:
            found.setdefault(top + 1, []).append((left, bottom + 1))
    return found


def _fill(cells: list[object], standing: dict[int, tuple[int, object]], number: int) -> None:
    """Write what a cell merged over several rows says into each of them, as a person reads it."""
    for column, (last, value) in list(standing.items()):
        if number > last:
            del standing[column]
        elif cells[column] == "":
            cells[column] = value


def main(path: str, sheet: str, memory: str, seconds: str) -> None:
    """Write the visible sheet named `sheet`, or the first visible one that is not empty."""
    _limit(int(memory), int(seconds))
    try:
        workbook = calamine.CalamineWorkbook.from_path(path)
        visible = [
            found.name
            for found in workbook.sheets_metadata
            if found.visible == calamine.SheetVisibleEnum.Visible and found.typ == calamine.SheetTypeEnum.WorkSheet
        ]
        for name in [sheet] if sheet else visible:
            table = workbook.get_sheet_by_name(name)
            if table.start is None or table.end is None:
                continue
            _write({"sheets": visible, "sheet": name})
            number = 0
            merged = _merged_downwards(table)
            standing: dict[int, tuple[int, object]] = {}
            # Unlike `to_python`, this begins at row 1 of the sheet, whatever its first used row.
            for number, cells in enumerate(table.iter_rows(), start=1):
                if any(cell != "" for cell in cells):
                    _fill(cells, standing, number)
                    _write([number, [_plain(cell) for cell in cells]])
                for column, last in merged.get(number, ()):
                    if column < len(cells):
                        standing[column] = (last, cells[column])
            _write({"end": number})
            return
        _write({"error": "empty", "detail": ""})
    except calamine.PasswordError:
        _write({"error": "encrypted", "detail": ""})
    except calamine.WorksheetNotFound:
        _write({"error": "no_sheet", "detail": sheet})
    except MemoryError:
        _write({"error": "memory", "detail": ""})
    except Exception as error:
        _write({"error": "damaged", "detail": f"{type(error).__name__}: {error}"[:200]})


if __name__ == "__main__":
    main(*sys.argv[1:5])
