"""How far apart two ways to compute may be."""

from collections.abc import Mapping

from hiddenstate.parity.compare import Arrays, difference

RELATIVE = 1e-5
"""Float32 against the float64 reference, relative to the row's largest value or to 1."""
ROUNDING_FACTOR = 10.0


def tolerances(reference: Arrays, plain: Arrays) -> Mapping[str, float]:
    """The tolerance of each output of one case.

    It is `RELATIVE`, but where plain float32 arithmetic itself is further off (inputs of 10,000 leave a gate's
    argument to the third decimal) `ROUNDING_FACTOR` times what it shows: no order of summation does better.
    """
    return {
        name: max(RELATIVE, ROUNDING_FACTOR * difference(plain[name], values, labels=False).largest)
        for name, values in reference.items()
    }
