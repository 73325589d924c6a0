"""Honest evaluation: metrics with intervals, comparisons, listeners, and runs on other corpora."""
