"""Recurrent networks with nothing hidden: from a file to a trained, explained, comparable model."""

__version__ = "0.1.0"
