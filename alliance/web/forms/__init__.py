"""What the pages' forms hold, and the shape it must have; what it means the domain judges."""
