"""Labelling texts from a file: one file per verb, and what they share."""
