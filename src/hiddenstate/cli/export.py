"""``hiddenstate export``: a saved model as ONNX or C99."""

from pathlib import Path
from typing import Annotated, Literal

import typer


def export(
    model: Annotated[Path, typer.Argument(help="Folder that training wrote.", show_default=False)],
    to: Annotated[str, typer.Option("--to", help="onnx or c.", show_default=False)],
    out: Annotated[
        Path, typer.Option("--out", help="A file (.onnx) or a new folder (c).", show_default=False)
    ],
    weights: Annotated[
        str, typer.Option("--weights", help="c: float32, or int8 at a quarter of the size.")
    ] = "float32",
    longest: Annotated[int, typer.Option("--longest", help="c: steps of the longest sequence.", min=1)] = 256,
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="Compare with the model before writing.")
    ] = True,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier export.")] = False,
) -> None:
    """Write a model for other runtimes; it is run and compared with the model first.

    \b
    hiddenstate export model/ --to onnx --out model.onnx
    hiddenstate export model/ --to c --out model_c/
    """
    from hiddenstate.choices import choose
    from hiddenstate.workflows.export import ExportSettings, export_model

    kinds: dict[str, Literal["float32", "int8"]] = {"float32": "float32", "int8": "int8"}
    settings = ExportSettings(choose(kinds, weights, "kind of weights"), longest, check, force)
    exported = export_model(model, to, out, settings)
    for note in exported.notes:
        typer.echo(note)
    typer.echo("Wrote " + ", ".join(str(path) for path in exported.files))
