"""Translators: from a file of pairs to a model that writes a sentence for a sentence."""
