"""Declared settings as widgets, and the ways to share them."""
