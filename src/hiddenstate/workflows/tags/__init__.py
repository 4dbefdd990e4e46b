"""Taggers: from a file of tagged sentences to a model that tags the words of new texts."""
