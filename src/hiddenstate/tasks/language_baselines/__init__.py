"""Plain methods that foretell a text, for a network to beat."""
