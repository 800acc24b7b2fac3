"""What happened: an append-only record, written in the same transaction as the change."""
