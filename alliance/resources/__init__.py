"""What is shared: the catalogue, its items, kinds and techniques, and the owner's policy for each resource."""
