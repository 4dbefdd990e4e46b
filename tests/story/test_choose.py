"""What a file is and what fits it, through the command line."""

import io
import json
import subprocess
import sys

import pytest

from tests.story.tagged_files import flights, write_conll
from tests.story.text_files import rows, write

REAL = {
    "series": [
        "uci_household_hourly/household_power_hourly.csv.gz", "aep_hourly/AEP_hourly.csv.gz", "etth1/ETTh1.csv.gz",
        "vic_elec/vic_elec.csv.gz", "taylor/taylor.csv",
    ],
    "labelled_texts": [
        "twitter_airline/tweets.tsv.gz", "sst/stsa.binary.train", "sst/stsa.fine.dev", "trec/train.label",
    ],
    "pairs": ["multi30k", "multi30k/val.en.gz", "tatoeba_eng_fra/fra.txt.gz"],
    "tagged": [
        "ud_english_ewt/en_ewt-ud-dev.conllu.gz", "wnut17/wnut17train.conll.gz", "wnut17/emerging.test.annotated.gz",
    ],
    "recordings": ["yesno", "emodb", "fsdd"],
    "plain": ["tinyshakespeare/input.txt"],
    "intents": ["atis"],
}  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in REAL.items() for name in names])
def test_real_files_are_what_they_are(call, shared_data, kind, name):
    if not (shared_data / name).exists():
        pytest.skip(f"{name} is not among the real data sets")
    answer = json.loads(call("choose", shared_data / name, "--json").out)
    assert answer["kind"] == kind


def test_a_file_is_explained_and_the_command_printed(call, tmp_path):
    path = write(tmp_path / "texts.csv", rows())
    outcome = call("choose", path)
    assert outcome.code == 0, outcome.err
    for part in (
        "labelled texts",
        '"label" has 3 different values',
        "Recommended:",
        "microseconds a step = ",
    ):
        assert part in outcome.out
    assert f"hiddenstate train {path} --text text --target label" in outcome.out


def test_budget_and_streaming_reach_the_command(call, tmp_path):
    path = write(tmp_path / "texts.csv", rows())
    assert "--bidirectional" in call("choose", path).out
    outcome = call("choose", path, "--streaming", "--step-budget", "2us", "--ram", "64k")
    assert "--one-directional" in outcome.out
    answer = json.loads(
        call("choose", path, "--streaming", "--step-budget", "2us", "--ram", "64k", "--json").out
    )
    assert answer["step_us"] <= 2
    assert answer["bytes"] <= 64 * 1024


def test_what_it_is_can_be_said(call, demand):
    assert json.loads(call("choose", demand, "--json").out)["kind"] == "series"
    outcome = call("choose", demand, "--as", "pairs")
    assert outcome.code == 2
    assert "expected sentence pairs, got what may be: series" in outcome.err
    assert 'got "pear"' in call("choose", demand, "--as", "pear").err


def test_an_unclear_file_lists_its_guesses(call, tmp_path):
    path = tmp_path / "numbers.csv"
    path.write_text("a,b\n" + "".join(f"{n % 30 * 1.5},{n * n % 700}\n" for n in range(60)))
    outcome = call("choose", path)
    assert outcome.code == 0
    assert "Not clear. Say what it is: --as series" in outcome.out


def test_in_a_terminal_it_asks_until_it_has_an_answer(call, tmp_path, monkeypatch):
    from tests.unit.data.recognition.words import Writer

    one, other = Writer("en", 1), Writer("en", 2)
    lines = []
    for _ in range(150):
        count = one.whole(3, 20)
        text = f"{one.sentence(count, count)},{other.sentence(count, count)},{one.pick(['a', 'b'])}"
        lines.append(text)
    path = tmp_path / "both.csv"
    path.write_text("\n".join(["premise,hypothesis,kind", *lines]) + "\n")
    assert "It could also be: " in call("choose", path).out
    monkeypatch.setattr("hiddenstate.cli.choose._asks", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO("7\n2\n"))
    outcome = call("choose", path)
    assert "1  sentence pairs" in outcome.out
    assert "Expected a number from 1 to 2, got 7." in outcome.out
    assert f"{path}: labelled texts" in outcome.out
    assert "Recommended: bidirectional LSTM with attention" in outcome.out


def test_choosing_loads_no_torch(tmp_path):
    path = write(tmp_path / "texts.csv", rows())
    code = (
        "import sys\nfrom hiddenstate.cli.main import run\n"
        f"sys.argv = ['hiddenstate', 'choose', {str(path)!r}]\n"
        "try:\n    run()\nexcept SystemExit:\n    pass\nassert 'torch' not in sys.modules\n"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).returncode == 0


def test_several_files_must_be_of_one_kind(call, demand, tmp_path):
    path = write(tmp_path / "texts.csv", rows())
    outcome = call("choose", path, demand)
    assert outcome.code == 2
    assert (
        f"expected files of one kind, got several: {path} is labelled texts; {demand} is time series."
        in outcome.err
    )
    outcome = call("choose", path, write(tmp_path / "more.csv", rows(seed=2)))
    assert outcome.code == 0, outcome.err
    assert "more.csv: labelled texts too. What follows is for the first file." in outcome.out


def test_a_pilot_trains_when_asked(call, tmp_path, monkeypatch):
    monkeypatch.setattr("hiddenstate.workflows.choosing.pilot.CANDIDATES", ("LSTM", "GRU"))
    path = write_conll(tmp_path / "f.conll", flights(40))
    outcome = call("choose", path, "--pilot")
    assert outcome.code == 0, outcome.err
    assert "hiddenstate train" in outcome.out
    assert "Pilot: " in outcome.out
    assert "A pilot: one seed" in outcome.out
    plain = tmp_path / "book.txt"
    plain.write_text("It was a dark night and the rain fell on the roofs of the town.\n" * 40)
    outcome = call("choose", plain, "--pilot")
    assert outcome.code == 2
    assert (
        "--pilot: expected labelled texts, series, a tagged corpus or intents, got plain text" in outcome.err
    )
