"""One file per user verb. Each reads as the sequence of what happens; start here."""
