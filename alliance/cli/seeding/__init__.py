"""Loading `seed_data/`: units, people, resources, and a believable life around today."""
