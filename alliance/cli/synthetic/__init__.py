"""An invented alliance of any size for benchmarks: the same for the same seed, valid, and loaded in bulk."""
