"""What the app holds, tried for minutes: `make fuzz`, `make load`, `make faults`, `make classroom`. Programs, not tests: they print what was tried and lost."""
