"""What is in a database, as something that can be compared."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from sqlalchemy import Engine, MetaData, inspect, select

#: Written by merely asking: the counters of the rate limits, and what a browser's session remembers.
BESIDE = frozenset({"rate_window", "web_session"})


def rows(engine: Engine, *, without: Collection[str] = BESIDE) -> dict[str, tuple[int, str]]:
    """Count and digest of the rows of every table there is, in the order of its primary key."""
    metadata = MetaData()
    metadata.reflect(engine)
    found = {}
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            if table.name in without:
                continue
            order = list(table.primary_key.columns) or list(table.columns)
            held = [tuple(row) for row in connection.execute(select(table).order_by(*order))]
            plain = [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in held]
            found[table.name] = (len(plain), hashlib.sha256(repr(plain).encode()).hexdigest())
    return found


def contents(engine: Engine) -> dict[str, list[dict[str, object]]]:
    """Every row of every table, by column, in the order of the primary key."""
    metadata = MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        return {
            table.name: [
                {n: bytes(v) if isinstance(v, memoryview) else v for n, v in row._mapping.items()}
                for row in connection.execute(
                    select(table).order_by(*(list(table.primary_key.columns) or table.columns))
                )
            ]
            for table in metadata.sorted_tables
            if table.name not in BESIDE
        }


def shape(engine: Engine) -> dict[str, object]:
    """The schema: columns with types and nullability, constraints and indexes of every table."""
    looked = inspect(engine)
    return {
        name: (
            [(c["name"], str(c["type"]), c["nullable"], str(c["default"])) for c in looked.get_columns(name)],
            looked.get_pk_constraint(name)["constrained_columns"],
            sorted(str(sorted(f.items(), key=str)) for f in looked.get_foreign_keys(name)),
            sorted(str(u["column_names"]) for u in looked.get_unique_constraints(name)),
            sorted(str(c["name"]) for c in looked.get_check_constraints(name)),
            sorted((str(i["name"]), str(i["column_names"]), bool(i["unique"])) for i in looked.get_indexes(name)),
        )
        for name in sorted(looked.get_table_names())
    }


def everything_written(engine: Engine) -> str:
    """Every value of every row as one text, for looking for what must not be there."""
    metadata = MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        return "\n".join(
            " ".join(bytes(v).decode("utf-8", "replace") if isinstance(v, bytes | memoryview) else str(v) for v in row)
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
        )
