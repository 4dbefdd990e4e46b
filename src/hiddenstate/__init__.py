"""Recurrent networks with nothing hidden: from a file to a trained, explained, comparable model.

``from hiddenstate import TextClassifier`` loads torch and scikit-learn; importing the package alone does not.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hiddenstate.estimators import TextClassifier

__all__ = ["TextClassifier", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "TextClassifier":
        from hiddenstate.estimators import TextClassifier

        return TextClassifier
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
