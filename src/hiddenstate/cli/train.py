"""``hiddenstate train``: from a file to a trained and compared model."""

from pathlib import Path
from typing import Annotated

import typer

from hiddenstate.cli.flags import merge, number_or_date, read_settings, task_for

DATA, SERIES, TEXTS, MODEL, TRAINING, OUTPUT = (
    "Data", "Forecasting", "Labelling texts", "Model", "Training", "Output"
)  # fmt: skip


def train(  # one parameter per option: the signature is the documentation
    source: Annotated[
        Path,
        typer.Argument(
            help="CSV, TSV, Parquet, JSON Lines or CoNLL file; of recordings also a folder.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the model.", rich_help_panel=OUTPUT)],
    task: Annotated[
        str | None,
        typer.Option(
            help="forecast (told from --time), classify (from --text), tag, intent, generate, translate, hear, "
            "transcribe.",
            rich_help_panel=DATA,
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(help="Column to forecast (several: a,b,c), of labels or of tags.", rich_help_panel=DATA),
    ] = None,
    validation: Annotated[
        str | None, typer.Option(help="Share of the data, or first date, to choose on.", rich_help_panel=DATA)
    ] = None,
    test: Annotated[
        str | None,
        typer.Option(
            help="Share of the data, first date, or a file of labelled texts to measure on.",
            rich_help_panel=DATA,
        ),
    ] = None,
    text: Annotated[str | None, typer.Option(help="Column of texts.", rich_help_panel=TEXTS)] = None,
    group: Annotated[
        str | None,
        typer.Option(
            help="Column of authors, documents, speakers: rows of one stay in one part.",
            rich_help_panel=TEXTS,
        ),
    ] = None,
    vectors: Annotated[
        str | None,
        typer.Option(help="GloVe or word2vec file(s) to begin with.", rich_help_panel=TEXTS),
    ] = None,
    tokens: Annotated[
        str | None, typer.Option(help="word, subword, whitespace or character.", rich_help_panel=TEXTS)
    ] = None,
    hierarchy: Annotated[
        str | None,
        typer.Option(help='Mark between levels of a label: ":" in HUM:ind.', rich_help_panel=TEXTS),
    ] = None,
    separator: Annotated[
        str | None, typer.Option(help="Mark between several labels of one text.", rich_help_panel=TEXTS)
    ] = None,
    class_weights: Annotated[
        str | None, typer.Option(help="none, or balanced: rare classes count more.", rich_help_panel=TEXTS)
    ] = None,
    none_label: Annotated[
        str | None,
        typer.Option(help='Label of texts that belong to no class: "none of these".', rich_help_panel=TEXTS),
    ] = None,
    time: Annotated[str | None, typer.Option(help="Column of time stamps.", rich_help_panel=SERIES)] = None,
    known: Annotated[
        str | None,
        typer.Option(
            help="Columns known for the future too (weather forecast, holidays).", rich_help_panel=SERIES
        ),
    ] = None,
    past: Annotated[
        str | None, typer.Option(help="Columns known up to the forecast only.", rich_help_panel=SERIES)
    ] = None,
    series: Annotated[
        str | None, typer.Option(help="Column naming the series of each row.", rich_help_panel=SERIES)
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Zone of days and hours, e.g. Europe/Berlin.", rich_help_panel=SERIES)
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option(
            help="Unit of the target, for charts: MW. With --task generate: char, word or subword.",
            rich_help_panel=SERIES,
        ),
    ] = None,
    step: Annotated[
        str | None, typer.Option(help="Length of a step, e.g. 30min; inferred.", rich_help_panel=SERIES)
    ] = None,
    missing_values: Annotated[
        str | None, typer.Option(help="Texts that mean a missing value.", rich_help_panel=SERIES)
    ] = None,
    horizon: Annotated[int | None, typer.Option(help="Steps to forecast.", rich_help_panel=SERIES)] = None,
    lookback: Annotated[int | None, typer.Option(help="Steps to look back.", rich_help_panel=SERIES)] = None,
    origin: Annotated[
        str | None,
        typer.Option(help="Local time at which forecasts are made, e.g. 00:00.", rich_help_panel=SERIES),
    ] = None,
    family: Annotated[
        str | None, typer.Option(help="Forecaster: direct or segments.", rich_help_panel=SERIES)
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="Cell: lstm, gru, rnn, lstm-peephole or lstm-layernorm.", rich_help_panel=MODEL),
    ] = None,
    hidden_size: Annotated[int | None, typer.Option(help="Units of a layer.", rich_help_panel=MODEL)] = None,
    layers: Annotated[
        int | None, typer.Option(help="Recurrent layers, one on the other.", rich_help_panel=MODEL)
    ] = None,
    bidirectional: Annotated[
        bool | None,
        typer.Option("--bidirectional/--one-directional", help="Read both ways.", rich_help_panel=MODEL),
    ] = None,
    pool: Annotated[
        str | None,
        typer.Option(
            help="From steps to one vector: last, mean, max, attention, max+attention.", rich_help_panel=MODEL
        ),
    ] = None,
    attention: Annotated[
        str | None, typer.Option(help="Its score: additive, dot or general.", rich_help_panel=MODEL)
    ] = None,
    zoneout: Annotated[
        float | None,
        typer.Option(help="Share of a layer's state that each step leaves as it is.", rich_help_panel=MODEL),
    ] = None,
    members: Annotated[
        int | None, typer.Option(help="Networks trained and averaged.", rich_help_panel=MODEL)
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes at most.", rich_help_panel=TRAINING)] = None,
    batch_size: Annotated[int | None, typer.Option(help="Windows a step.", rich_help_panel=TRAINING)] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="Peak learning rate.", rich_help_panel=TRAINING)
    ] = None,
    max_minutes: Annotated[
        float | None, typer.Option(help="Stop after so many minutes.", rich_help_panel=TRAINING)
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Fixes every random number.", rich_help_panel=TRAINING)
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(help="Settings as TOML; flags win over it.", rich_help_panel=TRAINING)
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="Any setting: section.key=value.", rich_help_panel=TRAINING),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where an earlier run was cut off.", rich_help_panel=OUTPUT)
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an earlier model in --out.", rich_help_panel=OUTPUT)
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress.", rich_help_panel=OUTPUT)
    ] = False,
) -> None:
    """Train a model on a file, compare it with plain baselines, and save it with its report.

    \b
    hiddenstate train demand.csv --time time --target demand --horizon 48 --known temperature,workday --out model/
    hiddenstate train questions.csv --text question --target label --bidirectional --attention additive --out model/
    hiddenstate train corpus.conllu --task tag --out tagger/
    hiddenstate train commands.jsonl --task intent --out assistant/
    hiddenstate train transcripts.csv --task transcribe --group speaker --out asr/
    hiddenstate train recordings/ --task hear --out digits/
    hiddenstate train pairs.tsv --task translate --out en-de/
    """
    flags = {
        "text": text, "group": group, "vectors": vectors, "tokens": tokens, "hierarchy": hierarchy,
        "separator": separator,
        "class_weights": class_weights, "none_label": none_label,
        "time": time, "target": target, "known": known, "past": past, "series": series,
        "timezone": timezone, "unit": unit, "step": step, "missing_values": missing_values,
        "validation": number_or_date(validation), "test": number_or_date(test),
        "horizon": horizon, "lookback": lookback, "origin": origin, "family": family,
        "model": model, "hidden_size": hidden_size, "layers": layers, "bidirectional": bidirectional,
        "pool": pool, "attention": attention, "zoneout": zoneout, "members": members,
        "epochs": epochs, "batch_size": batch_size, "learning_rate": learning_rate,
        "max_minutes": max_minutes, "seed": seed,
    }  # fmt: skip
    from hiddenstate.cli.show import show_result
    from hiddenstate.workflows.kind import Saving
    from hiddenstate.workflows.kinds import kind_for

    base = read_settings(settings)
    task = task_for(task, flags, base)
    values = merge(base, flags, set_ or [], task=task)
    saving = Saving(out=out, force=force, resume=resume, quiet=quiet)
    show_result(kind_for(task, values).train(source, values, saving))
