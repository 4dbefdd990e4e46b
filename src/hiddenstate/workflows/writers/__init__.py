"""Language models: from a book to a model that goes on with a text."""
