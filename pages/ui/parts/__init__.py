"""Parts that are used everywhere."""
