"""``hiddenstate generate``: a saved language model goes on with a text."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer


def generate(
    model: Annotated[
        Path, typer.Argument(help="Folder that training with --task generate wrote.", show_default=False)
    ],
    prompt: Annotated[str, typer.Option(help="The text to go on with.")] = "",
    length: Annotated[int, typer.Option(help="Characters, words or pieces to write.")] = 400,
    temperature: Annotated[
        float, typer.Option(help="Below 1 safer, above 1 wilder; 0 takes the likeliest each time.")
    ] = 0.8,
    top_k: Annotated[
        int | None, typer.Option("--top-k", help="Draw from so many of the likeliest only.")
    ] = None,
    top_p: Annotated[
        float | None, typer.Option("--top-p", help="Draw from the likeliest that reach this share only.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed, the same text.")] = 0,
    unknown: Annotated[
        str, typer.Option(help="What was never seen in training: refuse, skip or map.")
    ] = "refuse",
    suggest: Annotated[
        int | None, typer.Option(help="Suggest so many next words, as a phone keyboard does.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON when all is written.")] = False,
) -> None:
    """Go on with a text, unit by unit as it is drawn, or suggest the next word.

    \b
    hiddenstate generate writer/ --prompt "ROMEO:" --length 400 --temperature 0.8 --seed 7
    hiddenstate generate writer/ --prompt "I will " --suggest 3
    """
    from hiddenstate.choices import choose
    from hiddenstate.data.units import UNKNOWN_WAYS
    from hiddenstate.runtime.sampling import Sampling
    from hiddenstate.runtime.suggestions import suggest_words
    from hiddenstate.runtime.text_generator import TextGenerator

    way = choose(UNKNOWN_WAYS, unknown, "way to treat what was never seen")
    sampling = Sampling(temperature=temperature, top_k=top_k, top_p=top_p)
    writer = TextGenerator.open(model)
    if suggest is not None:
        words = suggest_words(writer, prompt, suggest, unknown=way)
        if as_json:
            records = [{"word": word, "probability": round(share, 4)} for word, share in words]
            typer.echo(json.dumps({"prompt": prompt, "suggestions": records}, ensure_ascii=False))
            return
        for word, share in words:
            typer.echo(f"{word}\t{100 * share:.1f} %")
        return
    tokens = writer.tokens(prompt, length=length, sampling=sampling, seed=seed, unknown=way)
    if as_json:
        text = "".join(tokens)
        facts = {"prompt": prompt, "text": text, "seed": seed, "temperature": temperature}
        typer.echo(json.dumps(facts, ensure_ascii=False))
        return
    sys.stdout.write(prompt)
    for token in tokens:
        sys.stdout.write(token)
        sys.stdout.flush()
    sys.stdout.write("\n")
