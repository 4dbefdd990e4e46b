"""Hearing classes: from recordings to a trained, compared and saved model."""
