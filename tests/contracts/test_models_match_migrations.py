"""The models and the migrations describe one schema."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Engine, Integer, MetaData, Table

from consult.models import metadata


def differences(engine: Engine, models: MetaData) -> list[object]:
    """What alembic would still have to do."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, models))


def test_the_migrations_make_exactly_what_the_models_say(engine: Engine) -> None:
    assert differences(engine, metadata) == []


@pytest.mark.parametrize("fault", ["a column", "a table"])
def test_the_comparison_sees_what_is_missing(engine: Engine, fault: str) -> None:
    changed = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.sorted_tables:
        table.to_metadata(changed)
    if fault == "a column":
        changed.tables["job"].append_column(Column("forgotten", Integer))
    else:
        Table("forgotten", changed, Column("id", Integer, primary_key=True))
    assert "forgotten" in str(differences(engine, changed))
