"""The worker processes: dispatcher, executors, workers."""
