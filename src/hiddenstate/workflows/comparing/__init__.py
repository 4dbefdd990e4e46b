"""Several recurrent networks and the plain baselines on the same data, within one budget."""
