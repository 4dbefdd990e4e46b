"""Commands: from a file of texts with intents and slots to a model that reads both off a new text."""
