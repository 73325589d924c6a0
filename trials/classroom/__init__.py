"""`make classroom`: a whole class on one server, which acts, trains in turn and asks, and of which nothing is left at the end."""
