"""A saved model as an ONNX graph or as C99, checked against the model before anything is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hiddenstate.bundle.disk import write_file, write_folder
from hiddenstate.choices import choose
from hiddenstate.errors import OutputError, SettingsError
from hiddenstate.export.c_model import NO_SEARCH, WeightKind, to_c
from hiddenstate.extras import needed
from hiddenstate.parity.c_harness import find_compiler
from hiddenstate.parity.certificate import Certificate
from hiddenstate.parity.certify import certify
from hiddenstate.parity.inputs import cases
from hiddenstate.program import step_program, why_not_streaming
from hiddenstate.workflows.subject import Opened, open_subject

Array = NDArray[Any]
LEAST_AGREEMENT = 0.9
"""Share of labels that int8 must leave as they are; random inputs lie closer to the borders than real ones."""
MOST_INT8_ERROR = 0.05
"""Mean error that int8 may cause, relative to the row's largest value or to 1."""
VECTORS = 4


@dataclass(frozen=True)
class ExportSettings:
    """How a model is exported."""

    weights: WeightKind = "float32"
    """C: float32, or int8 with a scale for each row."""
    longest: int = 256
    """C: steps of the longest sequence that memory is set aside for."""
    check: bool = True
    """Whether the result is run and compared with the model before it is written."""
    force: bool = False
    """Replaces what an earlier export wrote."""


@dataclass(frozen=True)
class Exported:
    """What was written."""

    files: tuple[Path, ...]
    notes: tuple[str, ...]
    """Sizes, what it was checked with, and why there is no graph of one step where there is none."""


def export_model(folder: Path, target: str, out: Path, settings: ExportSettings | None = None) -> Exported:
    """Export a saved model to `target`, one of `TARGETS`.

    Raises `SettingsError` for another target, `OutputError` where the export does not give the model's numbers
    (then nothing is written), where it cannot be checked, and where `out` is taken.
    """
    write = choose(TARGETS, target, "target")
    return write(open_subject(folder), out, settings or ExportSettings())


def _to_onnx(opened: Opened, out: Path, settings: ExportSettings) -> Exported:
    needed("onnx", extra="export", purpose="export to onnx")
    if settings.check:
        needed("onnxruntime", extra="export", purpose="checking the exported graph (or use --no-check)")
    if settings.weights != "float32":
        raise SettingsError(
            '--weights: expected "float32" for onnx, got "int8". Export to c for int8 weights.'
        )
    from hiddenstate.export.onnx_model import to_onnx

    if out.suffix != ".onnx":
        raise SettingsError(f"--out: expected a file that ends in .onnx, got {out}. Write {out}.onnx.")
    step_out = out.with_suffix(".step.onnx")
    _refuse_taken([out, step_out], settings)
    program, weights = opened.subject.program, opened.subject.weights
    notes = _check(opened, ["onnx runtime", "onnx runtime, by steps"], settings)
    graphs = {out: to_onnx(program, weights)}
    reason = None if opened.subject.writes else why_not_streaming(program)
    if reason is None:
        graphs[step_out] = to_onnx(opened.subject.writes or step_program(program), weights)
    else:
        notes.append(f"No graph of one step: {reason}.")
    if opened.subject.writes:
        notes.append(
            f"{out.name} reads a sentence, {step_out.name} writes one piece; the search is the caller's."
        )
    for path, graph in graphs.items():
        write_file(path, graph.SerializeToString())
    return Exported(tuple(graphs), tuple(notes))


def _to_c(opened: Opened, out: Path, settings: ExportSettings) -> Exported:
    if opened.subject.writes is not None:
        raise SettingsError(
            f"--to c: expected a model that answers in one pass, got {opened.subject.name}: {NO_SEARCH}. Export to "
            "onnx, or translate in Python without torch: hiddenstate.runtime.translator.Translator."
        )
    _refuse_taken([out], settings)
    if settings.check:
        find_compiler()
    model = to_c(
        opened.subject.program,
        opened.subject.weights,
        kind=settings.weights,
        longest=settings.longest,
        samples=_samples(opened, settings.longest),
        lexicon=opened.portable.lexicon,
    )
    ways = ["c int8"] if settings.weights == "int8" else ["c", "c, by steps"]
    notes = _check(opened, ways, settings)
    notes.append(f"{model.flash_bytes:,} bytes of weights, {model.work_bytes:,} bytes of working memory.")
    if model.step_work_bytes is None:
        notes.append(f"No function of one step: {why_not_streaming(opened.subject.program)}.")
    else:
        notes.append(
            f"One step: {model.step_work_bytes:,} bytes of working memory, {model.state_bytes:,} for each stream."
        )
    write_folder(out, {name: text.encode() for name, text in model.files.items()})
    return Exported(tuple(out / name for name in model.files), tuple(notes))


def _check(opened: Opened, ways: list[str], settings: ExportSettings) -> list[str]:
    """Compare before writing; what was found, in words."""
    if not settings.check:
        return ["Not checked (--no-check): run `make test`, or hiddenstate verify."]
    certificate = certify(opened.subject, only=ways)
    if certificate.failures:
        raise OutputError(f"export: {certificate.failures[0]} Nothing was written.")
    _check_int8(certificate)
    reached = "of the rounded weights" if certificate.int8 else ""
    note = f"Checked on {certificate.rows} rows against the model {reached}: largest error {certificate.largest:.1e}."
    notes = [" ".join(note.split()).replace(" :", ":")]
    if certificate.int8:
        loss = f"Rounding to int8: mean error {certificate.int8['mean_error']:.1e}"
        if "label_agreement" in certificate.int8:
            loss += f", {certificate.int8['label_agreement']:.1%} of labels as before"
        notes.append(f"{loss} (on random inputs).")
    return notes


def _check_int8(certificate: Certificate) -> None:
    agreement = certificate.int8.get("label_agreement", 1.0)
    error = certificate.int8.get("mean_error", 0.0)
    if agreement < LEAST_AGREEMENT or error > MOST_INT8_ERROR:
        raise OutputError(
            f"export: expected int8 weights that leave at least {LEAST_AGREEMENT:.0%} of labels and a mean error of "
            f"at most {MOST_INT8_ERROR}, got {agreement:.1%} and {error:.2g}. Use float32; nothing was written."
        )


def _samples(opened: Opened, longest: int) -> list[Mapping[str, Array]]:
    """Single rows for the test vectors, each as long as it is."""
    subject = opened.subject
    batch = cases(subject.program, longest=min(longest, subject.longest or longest, 12))["usual values"]
    samples = []
    for row in range(min(VECTORS, len(next(iter(batch.values()))))):
        steps = int(batch["lengths"][row]) if "lengths" in batch else 0
        timed = {name for name, given in subject.program.inputs.items() if "time" in given.shape}
        samples.append(
            {
                name: value[row : row + 1, :steps] if name in timed else value[row : row + 1]
                for name, value in batch.items()
                if name != "lengths"
            }
        )
    return [sample for sample in samples if all(np.size(value) for value in sample.values())]


def _refuse_taken(places: list[Path], settings: ExportSettings) -> None:
    for place in places:
        if place.exists() and not settings.force:
            raise OutputError(
                f"{place}: expected a free place, got one that is taken. Use --force to replace it."
            )
        if place.is_dir() and not (place / "model.h").exists() and any(place.iterdir()):
            raise OutputError(
                f"{place}: expected an earlier export to replace, got other files. Choose another place."
            )


TARGETS: dict[str, Callable[[Opened, Path, ExportSettings], Exported]] = {"onnx": _to_onnx, "c": _to_c}
"""The word after ``--to``."""
Target = Literal["onnx", "c"]
