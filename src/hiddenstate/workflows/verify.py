"""A saved model computed in every way there is, and the certificate of it."""

from pathlib import Path

from hiddenstate.bundle import add_file
from hiddenstate.parity.certificate import PARITY, Certificate
from hiddenstate.parity.certify import certify
from hiddenstate.workflows.subject import open_subject


def verify_model(folder: Path, *, seed: int = 0) -> Certificate:
    """Compare all ways on random and adversarial inputs and put ``parity.json`` into the model's folder."""
    certificate = certify(open_subject(folder).subject, seed=seed)
    add_file(folder, PARITY, certificate.to_json().encode())
    return certificate
