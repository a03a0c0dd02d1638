"""Background work: a table of jobs as the record, and a worker that runs them."""
