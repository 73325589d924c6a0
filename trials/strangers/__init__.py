"""`make strangers`: what strangers tried against a server, tried again; prints counts (tried, held, lost) and what each took."""
