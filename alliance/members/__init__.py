"""Who belongs to the alliance: units, groups of units, people, their roles, and how they sign in."""
