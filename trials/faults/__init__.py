"""`make faults`: processes killed, the disk full, files gone and damaged; prints counts (tried, survived, lost)."""
