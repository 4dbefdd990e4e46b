"""How every training ends: the model is saved whole, its checkpoints go, and the caller is told."""

from hiddenstate.bundle import Contents, save_bundle
from hiddenstate.workflows.fitting import Fitting
from hiddenstate.workflows.kind import Saving
from hiddenstate.workflows.outcome import Outcome, Trained


def finish(contents: Contents, outcome: Outcome, saving: Saving, fitting: Fitting) -> Trained:
    """Write the bundle, then remove the checkpoints. Raises `OutputError` where it cannot be written; they stay."""
    save_bundle(saving.out, contents, force=saving.force)
    fitting.clear()
    return Trained(saving.out, outcome)
