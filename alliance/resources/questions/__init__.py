"""What a resource asks those who book it: an ordered list of questions, each wording kept as it was asked."""
