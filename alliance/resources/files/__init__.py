"""Files people send with an answer or put beside a resource: known by their content, bounded, kept in the database."""
