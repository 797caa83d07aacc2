"""The kinds of job, one a file: what a worker does."""
