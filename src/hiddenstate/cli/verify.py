"""``hiddenstate verify``: a saved model computed in every way there is, compared."""

from pathlib import Path
from typing import Annotated

import typer


def verify(
    model: Annotated[Path, typer.Argument(help="Folder that training wrote.", show_default=False)],
    seed: Annotated[int, typer.Option("--seed", help="Of the random inputs.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the certificate.")] = False,
) -> None:
    """Compare every way to compute a model with every other, and write parity.json into its folder.

    \b
    hiddenstate verify model/
    """
    from hiddenstate.cli.show import show_certificate
    from hiddenstate.workflows.verify import verify_model

    certificate = verify_model(model, seed=seed)
    if as_json:
        typer.echo(certificate.to_json().rstrip())
    else:
        show_certificate(certificate)
    if not certificate.passed:
        raise typer.Exit(1)
