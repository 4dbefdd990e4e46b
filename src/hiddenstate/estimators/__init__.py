"""scikit-learn estimators: what the workflows do with files, for lists, arrays and data frames in Python."""

from hiddenstate.estimators.text_classifier import TextClassifier

__all__ = ["TextClassifier"]
