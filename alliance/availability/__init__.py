"""When a resource can be had at all: opening hours, calendar days, closures, and the free time they leave."""
