"""A front end that suits the files."""

import numpy as np
import pytest

from hiddenstate.settings import to_dict
from hiddenstate.workflows.hearing.fit import RECIPE
from hiddenstate.workflows.hearing.run_settings import complete

soundfile = pytest.importorskip("soundfile", reason="the extra 'audio' is not installed")


@pytest.mark.parametrize(
    ("rate", "chosen", "expected"),
    [
        (8000, {}, (8000, 23)),
        (8000, {"bands": 30}, (8000, 30)),
        (16000, {}, (16000, 40)),
        (48000, {}, (16000, 40)),
    ],
)
def test_sound_of_a_telephone_gets_fewer_bands_unless_their_number_was_chosen(
    tmp_path, rate, chosen, expected
):
    soundfile.write(tmp_path / "a.wav", np.zeros(rate, np.float32), rate)
    front = complete({"frontend": chosen}).at_rate_of([str(tmp_path / "a.wav")]).frontend
    assert (front.rate, front.bands) == expected


def test_tone_keeps_pitch_and_loudness_unless_something_else_is_said():
    plain, tone = complete({}), complete({"task": {"cue": "tone"}})
    assert (tone.task.cepstra, tone.task.standardise) == (0, "training")
    assert (tone.augment.speed, tone.augment.gain_db) == (0.0, 0.0)
    assert (plain.task.cepstra, plain.task.standardise) == (13, "mean")
    assert (plain.augment.speed, plain.augment.gain_db) == (0.1, 6.0)
    assert tone.augment.warp == plain.augment.warp
    own = complete({"task": {"cue": "tone", "cepstra": 20}, "augment": {"speed": 0.05}})
    assert (own.task.cepstra, own.augment.speed, own.augment.gain_db) == (20, 0.05, 0.0)


def test_settings_of_a_saved_tone_model_stay_as_they_are():
    saved = complete({"task": {"cue": "tone", "standardise": "mean"}})
    assert complete(to_dict(saved)) == saved


def test_tone_takes_more_epochs_for_it_has_no_copies():
    assert complete({"task": {"cue": "tone"}}, 305).training.epochs == 100
    assert complete({}, 305).training.epochs == 75


def test_a_recipe_without_patience_has_none_unless_it_is_asked_for():
    assert RECIPE.patience is None
    assert complete({}).training == RECIPE
    assert complete({"training": {"patience": 3}}).training.patience == 3
    assert complete(to_dict(complete({}))).training.patience is None
