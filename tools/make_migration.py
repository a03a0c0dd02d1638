"""Write one feature's migration anew from its models. For development before a release only.

Usage: python tools/make_migration.py 0002 drafts
Applies every earlier migration to an empty SQLite database, compares it with the models of the feature
named (tables whose model module is ``consult.<feature>.models``), and writes the difference.
"""

from __future__ import annotations

import sys
import tempfile

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext

from consult import schema
from consult.config import load_settings
from consult.db import Base, UTCDateTime, make_engine
from consult.models import metadata

EXTRA = {
    "0017": ("consult.notices", "consult.drafts.around"),
    "0001": ("consult.accounts", "consult.audit", "consult.jobs", "consult.vault", "consult.web"),
}


def main() -> None:
    revision, feature = sys.argv[1], sys.argv[2]
    packages = EXTRA.get(revision, (f"consult.{feature}",))
    tables = {m.local_table.name for m in Base.registry.mappers if m.class_.__module__.startswith(packages)}
    before = f"{int(revision) - 1:04}"
    path = next(schema.FOLDER.glob(f"versions/{revision}_*.py"))
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({}, instance=folder)
        engine = make_engine(settings.database_url)
        if before != "0000":
            schema.upgrade(engine, settings, before)
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={
                    "render_as_batch": True,
                    "include_object": lambda o, n, kind, reflected, to: kind != "table" or n in tables,
                    "render_item": lambda kind, item, _: (
                        "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UTCDateTime) else False
                    ),
                },
            )
            script = produce_migrations(context, metadata)
        ups = render_python_code(script.upgrade_ops, render_as_batch=True)
        downs = render_python_code(script.downgrade_ops, render_as_batch=True)
    down = None if before == "0000" else before
    ups, downs = (part.replace("consult.db.UTCDateTime", "sa.DateTime") for part in (ups, downs))
    path.write_text(
        f'"""Tables of the feature {feature}."""\n\n'
        "from __future__ import annotations\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n"
        f'revision = "{revision}"\ndown_revision = {down!r}\nbranch_labels = None\ndepends_on = None\n\n\n'
        f"def upgrade() -> None:\n    {ups}\n\n\ndef downgrade() -> None:\n    {downs}\n"
    )
    print(f"wrote {path} with {', '.join(sorted(tables))}; run ruff format on it and read it")


if __name__ == "__main__":
    main()
