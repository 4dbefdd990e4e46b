"""Transcribers: from recordings and what is said in them to a model that writes down new recordings."""
