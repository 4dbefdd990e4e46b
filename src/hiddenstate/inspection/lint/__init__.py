"""Classic mistakes with recurrent layers, each proven by a number on the user's own input."""

from hiddenstate.inspection.lint.rules import RULES, lint

__all__ = ["RULES", "lint"]
