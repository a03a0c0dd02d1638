"""The sub-commands of ``consult``, each imported when it is called (see consult.cli)."""
