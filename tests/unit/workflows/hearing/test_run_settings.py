"""A front end that suits the files."""

import numpy as np
import pytest

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
