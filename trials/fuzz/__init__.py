"""`make fuzz`: broken and hostile input, for as long as SECONDS says; prints counts (tried, survived, lost)."""
