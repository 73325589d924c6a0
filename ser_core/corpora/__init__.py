"""Corpora of emotional speech: reading their folders, checking them against the official ones, splitting them."""
