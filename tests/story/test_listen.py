"""A model that hears, always on: events with their times, the same for any cutting of the stream, in flat memory."""

import json
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from typer.testing import CliRunner

from hiddenstate.bundle import open_bundle
from hiddenstate.cli.main import app
from hiddenstate.data.sound import Sound, resample
from hiddenstate.errors import BundleError, SettingsError
from hiddenstate.runtime.listening import ListenSettings, open_listener
from hiddenstate.workflows.listen import Listening
from tests.story.test_hear import FAST, RATE, whistle, write_whistles

LEARNT = ["--epochs", "50", "--batch-size", "8", "--hidden-size", "12", "--learning-rate", "0.01", "--quiet"]
PLAIN = [
    f"--set={name}"
    for name in (
        "model.filters=16",
        "training.average_decay=0.9",
        "augment.warp=0",
        "augment.speed=0",
        "augment.hiss=0",
        "augment.pause=0",
        "task.cepstra=0",
    )
]


soundfile = pytest.importorskip("soundfile", reason="the extra 'audio' is not installed")
pytest.importorskip("kaldi_native_fbank", reason="the extra 'audio' is not installed")
run = CliRunner()


@pytest.fixture(scope="module")
def ear(tmp_path_factory):
    folder = write_whistles(tmp_path_factory.mktemp("always"))
    command = [
        "train",
        str(folder / "table.csv"),
        "--task",
        "hear",
        "--group",
        "speaker",
        "--one-directional",
    ]
    run.invoke(app, [*command, "--out", str(folder / "m"), *LEARNT, *PLAIN], catch_exceptions=False)
    return folder / "m"


def stream(labels=("up", "down", "up"), gap=0.7):
    """Whistles with quiet between them, and where each ends in seconds."""
    random = np.random.default_rng(3)
    quiet = 0.0005 * random.standard_normal(int(gap * RATE)).astype(np.float32)
    parts, ends, length = [quiet], [], len(quiet)
    for label in labels:
        sound = whistle(label, 1600, random)
        parts += [sound, quiet]
        ends.append((length + len(sound)) / RATE)
        length += len(sound) + len(quiet)
    return np.concatenate(parts), ends


def events(ear, samples, size=800, **settings):
    listener = open_listener(open_bundle(ear), ListenSettings(**settings))
    found = [
        m for first in range(0, len(samples), size) for m in listener.accept(samples[first : first + size])
    ]
    return [moment for moment in (*found, *listener.finish()) if moment.event]


def test_each_sound_is_one_event_at_its_end_with_the_answer_of_its_file(ear, tmp_path):
    samples, ends = stream()
    found = events(ear, samples)
    assert all(abs(moment.seconds - end) < 0.1 for moment, end in zip(found, ends, strict=True))
    for number, end in enumerate(ends):
        sound = samples[int((end - 0.3) * RATE) : int(end * RATE)]
        soundfile.write(tmp_path / f"{number}.wav", sound, RATE)
    answers = run.invoke(app, ["predict", str(ear), str(tmp_path), "--json"]).output.splitlines()
    labels = [json.loads(line)["label"] for line in answers]
    assert [moment.label for moment in found] == labels
    assert len(set(labels)) > 1


def test_any_cutting_gives_the_same(ear):
    samples, _ = stream()
    whole = events(ear, samples, size=len(samples))
    assert events(ear, samples, size=37) == whole
    assert whole


def test_settings_have_effects(ear):
    samples, _ = stream()
    assert events(ear, samples, threshold=1.0) == []
    assert len(events(ear, samples, refractory_ms=1300.0)) == 2
    assert events(ear, samples, shortest_ms=600.0) == []
    assert events(ear, samples, above_db=90.0) == []
    assert events(ear, samples, hang_ms=0.0) == []
    assert events(ear, samples, smoothing=0.0) != events(ear, samples, smoothing=0.9)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"threshold": 2.0}, "threshold: expected a probability, got 2"),
        ({"hang_ms": -1.0}, "hang_ms: expected 0 or more, got -1"),
        ({"smoothing": 1.0}, "smoothing: expected from 0 to below 1, got 1"),
    ],
)
def test_wrong_settings_are_refused(values, text):
    with pytest.raises(SettingsError) as caught:
        ListenSettings(**values)
    assert text in str(caught.value)


def test_memory_is_flat(ear):
    listener, (samples, _) = open_listener(open_bundle(ear)), stream()

    def listen(times):
        for _ in range(times):
            for _ in listener.accept(samples):
                pass
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    before = listen(3)
    after = listen(12)
    tracemalloc.stop()
    assert after - before < 20_000


def test_command_line_reads_another_rate_and_loads_no_torch(ear, tmp_path):
    samples, _ = stream()
    twice = resample(Sound(samples, RATE), 2 * RATE).samples
    data = (twice * 32767).astype("<i2").tobytes()
    code = (
        "import sys; from hiddenstate.cli.main import app\n"
        f"app(['listen', {str(ear)!r}, '--rate', '16000'], standalone_mode=False)\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
    lines = done.stdout.decode().splitlines()
    assert lines[0] == "seconds,label,probability"
    assert [line.split(",")[1] for line in lines[1:]] == [moment.label for moment in events(ear, samples)]
    assert "real-time factor 0." in done.stderr.decode()


def test_every_frame(ear):
    samples, _ = stream(("up",))
    listening = Listening(ear)
    data = [(samples * 32767).astype("<i2").tobytes() + b"x", b""]
    moments = [moment for moment in listening.moments(lambda size: data.pop(0)) if not moment.event]
    assert len(moments) == listening.listener.frontend.count(len(samples))
    assert {moments[0].label, moments[-1].label} == {"silence"}


def test_a_model_that_cannot_listen_says_why(ear, tmp_path):
    folder = write_whistles(tmp_path / "w", each=2)
    command = [
        "train",
        str(folder / "table.csv"),
        "--task",
        "hear",
        "--group",
        "speaker",
        *FAST,
        "--epochs",
        "1",
    ]
    run.invoke(app, [*command, "--out", str(tmp_path / "m")], catch_exceptions=False)
    with pytest.raises(SettingsError, match=r"it is bidirectional.*Train with --one-directional"):
        open_listener(open_bundle(tmp_path / "m"))
    more = ["--one-directional", "--set", "task.standardise=utterance", "--out", str(tmp_path / "n")]
    run.invoke(app, [*command, *more], catch_exceptions=False)
    with pytest.raises(SettingsError, match="it standardises each recording by its own mean"):
        open_listener(open_bundle(tmp_path / "n"))


def test_another_kind_is_refused(ear):
    bundle = open_bundle(ear)
    object.__setattr__(bundle, "kind", "tagger")
    with pytest.raises(BundleError, match="expected a sound classifier, got a tagger"):
        open_listener(bundle)


def listened(ear, samples, *flags):
    data = (samples * 32767).astype("<i2").tobytes()
    done = run.invoke(app, ["listen", str(ear), *flags], input=data, catch_exceptions=False)
    return [line for line in done.stdout.splitlines() if line[:1].isdigit()]


def test_flags_reach_the_listener(ear):
    samples, _ = stream()
    assert listened(ear, samples, "--threshold", "1.0") == []
    assert len(listened(ear, samples, "--refractory-ms", "1300")) == 2
    every = listened(ear, samples, "--frames")
    assert len(every) == Listening(ear).listener.frontend.count(len(samples))


def test_another_kind_and_a_rate_that_is_none_are_refused(ear, model):
    with pytest.raises(BundleError, match=r"got a forecaster\. Train with --task hear"):
        open_listener(open_bundle(model))
    with pytest.raises(SettingsError, match="rate: expected samples a second, got 0"):
        Listening(ear, rate=0)
