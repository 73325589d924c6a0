"""The sign of each state of a job, the same on every page."""

SIGNS = {
    "queued": ":material/schedule:",
    "running": ":material/autorenew:",
    "done": ":material/check_circle:",
    "failed": ":material/error:",
    "interrupted": ":material/power_off:",
    "cancelled": ":material/cancel:",
}
