"""Which architecture fits, by the task and then by what was measured of the file.

The rules by task are the textbook's: classification takes a basic or a stacked network, labelling each step a
bidirectional one, translation a sequence-to-sequence network, long dependencies a stacked one or attention,
generation a stacked one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from hiddenstate.data.recognition.guess import Guess
from hiddenstate.workflows.choosing.footprint import BYTES, SIZES, Footprint
from hiddenstate.workflows.choosing.limits import Limits

FEW_TEXTS, MANY_TEXTS = 500, 20_000
LONG_TEXT = 100
"""Words of a text from which on what stands first is hard to remember to the end."""
FEW_ROWS = 500
EMBEDDING = 100
CALENDAR = 5
"""Numbers by which the forecaster is told hour, weekday and day of the year."""


@dataclass(frozen=True)
class Advice:
    """An architecture, and why."""

    architecture: str
    """In words: "bidirectional LSTM with attention"."""
    because: tuple[str, ...]
    network: Footprint
    flags: Mapping[str, str] = field(default_factory=dict)
    """Further flags of ``train``; an empty value is a switch."""
    cautions: tuple[str, ...] = ()


def advise(guess: Guess, limits: Limits) -> Advice:
    """The architecture for what `guess` says the file is, within `limits`."""
    return _within(RULES[guess.kind](guess, limits), limits)


def _labelled_texts(guess: Guess, limits: Limits) -> Advice:
    rows, words = int(guess.facts.get("rows", 0)), float(guess.facts.get("words", 10.0))
    longest = int(guess.facts.get("longest", 0))
    both = not limits.streaming
    stacked = rows >= MANY_TEXTS
    because = [
        "Classification: a basic or a stacked network; the last word on a text is said once, at its end."
    ]
    flags: dict[str, str] = {}
    if stacked:
        because.append(f"{rows:,} texts are enough for two layers.")
    else:
        because.append(f"{rows:,} texts: one layer, since a second one has little to learn from.")
    if both:
        because.append("The whole text is there before the answer is due, so it is read in both directions.")
    else:
        because.append(
            "Answers while the text is still coming: one direction, and the last state is what is known."
        )
        flags["pool"] = "last"
    if both and (words >= 8 or longest >= LONG_TEXT):
        flags |= {"pool": "max+attention", "attention": "additive"}
        because.append(
            f"{words:.0f} words on average and up to {longest}: attention reaches any word in one step."
        )
    if words < 2:
        flags["tokens"] = "character"
        because.append("Texts of one word: read letter by letter.")
    cautions = []
    if rows < FEW_TEXTS:
        cautions.append(
            f"Only {rows} texts: TF-IDF with logistic regression is hard to beat; training measures it beside."
        )
    network = Footprint("lstm", EMBEDDING, 128, 2 if stacked else 1, both)
    name = f"{'stacked ' if stacked else ''}{'bidirectional ' if both else ''}LSTM"
    name += " with attention" if "attention" in flags else ""
    return Advice(name, tuple(because), network, flags, tuple(cautions))


def _series(guess: Guess, limits: Limits) -> Advice:
    rows, columns = int(guess.facts.get("rows", 0)), int(guess.facts.get("columns", 1))
    because = [
        "Forecasting: the past is read once and every step of the horizon is answered directly, so that errors do "
        "not pile up.",
        "GRU: three quarters of an LSTM's arithmetic, and as good on series in most comparisons.",
    ]
    cautions = [
        "The horizon is a guess from the step; set the one that you need.",
        "Columns known beforehand (a weather forecast, holidays) belong in --known; others in --past.",
    ]
    if rows < FEW_ROWS:
        cautions.append(
            f"Only {rows} rows: a seasonal naive forecast or least squares may be better; training measures them "
            "beside."
        )
    return Advice(
        "GRU, direct", tuple(because), Footprint("gru", columns + CALENDAR, 64), {}, tuple(cautions)
    )


def _tagged(guess: Guess, limits: Limits) -> Advice:
    both = not limits.streaming
    because = (
        "Labelling each step: what follows a word says as much about it as what stands before"
        + ("." if both else ", but a stream cannot wait for it."),
    )
    return Advice(
        f"{'bidirectional ' if both else ''}LSTM", because, Footprint("lstm", EMBEDDING, 128, 1, both)
    )


def _intents(guess: Guess, limits: Limits) -> Advice:
    advice = _tagged(guess, limits)
    more = "One reading answers twice: the tags at each word, and the intent from all of them together."
    return replace(
        advice, architecture=f"{advice.architecture} with two heads", because=(*advice.because, more)
    )


def _pairs(guess: Guess, limits: Limits) -> Advice:
    words = float(guess.facts.get("words", 10.0))
    because = [
        "Translation: one sequence is read, another of its own length is written: sequence to sequence."
    ]
    if words >= 8:
        because.append(
            f"{words:.0f} words a sentence: attention, so that not all has to pass through one vector."
        )
    return Advice(
        "sequence to sequence with attention" if words >= 8 else "sequence to sequence",
        tuple(because),
        Footprint("gru", EMBEDDING, 256, 1, False),
    )


def _recordings(guess: Guess, limits: Limits) -> Advice:
    both = not limits.streaming
    because = (
        "Classification of sound: hundreds of frames a recording are a long dependency, so the states are pooled "
        "rather than the last one taken.",
    )
    return Advice(
        f"{'bidirectional ' if both else ''}GRU over log-mel frames",
        because,
        Footprint("gru", 40, 64, 1, both),
    )


def _plain(guess: Guess, limits: Limits) -> Advice:
    because = ("Generation: a stacked network, one direction, since the next sign is not known yet.",)
    return Advice("stacked LSTM", because, Footprint("lstm", 64, 256, 2))


RULES: dict[str, Callable[[Guess, Limits], Advice]] = {
    "labelled_texts": _labelled_texts,
    "series": _series,
    "tagged": _tagged,
    "pairs": _pairs,
    "recordings": _recordings,
    "plain": _plain,
    "intents": _intents,
}
"""By the key of the kind."""


def _within(advice: Advice, limits: Limits) -> Advice:
    """The largest network of that sort within the budgets: smaller first, then one layer and a GRU."""
    if limits.memory is not None and advice.network.input_size == EMBEDDING:
        vectors = (
            f"The word vectors come on top: {BYTES * EMBEDDING} bytes for each word that is to be known."
        )
        advice = replace(advice, cautions=(*advice.cautions, vectors))
    if advice.network.fits(limits.step_us, limits.memory):
        return advice
    plain = replace(advice.network, cell="gru", num_layers=1)
    for network in (advice.network, plain):
        for size in SIZES:
            smaller = replace(network, hidden_size=size)
            if size < advice.network.hidden_size and smaller.fits(limits.step_us, limits.memory):
                name = advice.architecture
                if network is plain and advice.network.cell != "gru":
                    name = name.replace("stacked ", "").replace("LSTM", "GRU")
                reason = f"The budget: {size} units instead of {advice.network.hidden_size}."
                return replace(advice, architecture=name, network=smaller, because=(*advice.because, reason))
    smallest = replace(plain, hidden_size=SIZES[-1])
    caution = (
        f"Nothing fits the budget: the smallest network tried, a GRU of {SIZES[-1]} units, has {smallest}."
    )
    return replace(advice, cautions=(*advice.cautions, caution))
