"""Drawing the next unit: temperature, the best k, the likeliest share p."""

import numpy as np
import pytest

from hiddenstate.errors import SettingsError
from hiddenstate.runtime.sampling import Sampling

LOGITS = np.log([0.5, 0.3, 0.15, 0.05])


def test_temperature_sharpens_and_flattens():
    assert Sampling().shares(LOGITS) == pytest.approx([0.5, 0.3, 0.15, 0.05])
    assert Sampling(temperature=0.5).shares(LOGITS)[0] > 0.5 > Sampling(temperature=2).shares(LOGITS)[0]
    assert Sampling(temperature=0).shares(LOGITS).tolist() == [1, 0, 0, 0]
    assert Sampling(temperature=1e-300).shares(LOGITS)[0] == 1.0


def test_the_best_k_and_the_share_p_keep_the_likeliest():
    assert Sampling(top_k=2).shares(LOGITS) == pytest.approx([0.625, 0.375, 0, 0])
    assert Sampling(top_k=99).shares(LOGITS) == pytest.approx([0.5, 0.3, 0.15, 0.05])
    assert Sampling(top_p=0.8).shares(LOGITS) == pytest.approx([0.625, 0.375, 0, 0])
    assert Sampling(top_p=0.81).shares(LOGITS)[2] > 0
    assert Sampling(top_p=1.0).shares(LOGITS) == pytest.approx([0.5, 0.3, 0.15, 0.05])
    assert Sampling(top_p=0.9, top_k=1).shares(LOGITS).tolist() == [1, 0, 0, 0]


def test_what_stands_for_nothing_is_never_drawn():
    assert Sampling(temperature=5).shares(np.array([-np.inf, 0.0, 0.0])).tolist() == [0, 0.5, 0.5]


@pytest.mark.parametrize(
    ("name", "value"),
    [("temperature", -0.1), ("temperature", float("nan")), ("top_k", 0), ("top_p", 0.0), ("top_p", 1.1)],
)
def test_values_out_of_range(name, value):
    with pytest.raises(SettingsError, match=f"{name}: expected"):
        Sampling(**{name: value})
