"""Answers for those who watch a run: what is new, films, scores of snapshots."""
