"""Text classification, from labelled texts to a saved model and back to labels: one file per user verb."""
