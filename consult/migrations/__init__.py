"""Schema migrations, run by ``consult db upgrade`` (see consult.schema)."""
