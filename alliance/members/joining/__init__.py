"""How units come into the alliance and people into units: they ask, and somebody admits them or says why not."""
