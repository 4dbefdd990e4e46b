"""The one tree of errors. A message says what was expected, what was got, and what to do.

Nothing in the toolkit raises a bare ``ValueError`` at a user: every class here derives from
`HiddenstateError`, which the command line turns into one clear line and exit code 2.
"""


class HiddenstateError(Exception):
    """Base of everything that the toolkit raises on purpose."""


class InputError(HiddenstateError):
    """The user's data is not what was expected: a file, a column, a value, a time stamp."""


class SettingsError(HiddenstateError):
    """A setting is unknown, has the wrong type or is out of its range."""


class ProgramError(SettingsError):
    """Only torch computes this model: it has a cell or an option that no exported form has."""


class ShapeError(HiddenstateError):
    """An array or tensor has the wrong number of axes, size or type."""


class BundleError(HiddenstateError):
    """A saved model is damaged, incomplete, or from a newer version."""


class OutputError(HiddenstateError):
    """A result could not be written; whatever stood there before is untouched."""


class TrainingError(HiddenstateError):
    """Training cannot go on: the loss is not finite, nothing can learn, a checkpoint does not fit."""


class InspectionError(HiddenstateError):
    """A model cannot be looked into: no recurrent layer, one that is not known, a unit or step that is not there."""


class ExtraError(HiddenstateError):
    """An optional package is not installed."""
