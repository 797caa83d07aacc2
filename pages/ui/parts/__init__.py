"""Parts used on every page."""
