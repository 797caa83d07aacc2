"""The processes that work: dispatcher, executors, workers."""
