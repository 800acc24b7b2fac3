"""The catalogue as tables: the resource list to take along, and one format for seed, import and export."""
