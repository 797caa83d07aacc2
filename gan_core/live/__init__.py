"""Answers for viewers of a run: updates, films, scores of snapshots."""
