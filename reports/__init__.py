"""Pure analysis and documents: text in, findings and documents out.

This package knows no web framework and no database. ``python -m reports FILE --out DIR``
runs all of it over one table of submissions.
"""
