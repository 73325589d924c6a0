"""How long a test waits for what must come. A host may be several times slower than usual; only a test that fails waits so long."""

SECONDS = 600.0
MILLISECONDS = 1000 * SECONDS
