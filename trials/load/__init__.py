"""`make load`: many visitors at once, each with a clip of their own; prints counts and what it took."""
