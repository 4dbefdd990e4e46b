"""How much each unit of a text surprises a language model."""

import numpy as np
import pytest

from hiddenstate.data.units import UnitSettings
from hiddenstate.errors import InputError
from hiddenstate.inspection import foretell
from hiddenstate.models.language_model import LanguageSettings
from hiddenstate.seeding import seed_everything
from hiddenstate.tasks.generate import GenerateTask
from hiddenstate.tasks.generate_settings import GenerateSettings

BOOK = "the cat sat on the mat. " * 40


def built(unit="char", dropout=0.3):
    seed_everything(0, "weights")
    settings = GenerateSettings(window=8, units=UnitSettings(unit=unit))
    task = GenerateTask.fit(
        BOOK, settings, LanguageSettings(hidden_size=6, embedding_size=4, dropout=dropout)
    )
    return task, task.build_model()


@pytest.mark.parametrize(("unit", "text"), [("char", "the mat"), ("word", "the cat on the mat.")])
def test_the_surprise_is_that_of_an_evaluation(unit, text):
    task, model = built(unit)
    model.train()
    found = foretell(task, model, text)
    measured = task.measure(model, text)
    assert "".join(found.units) == text
    assert np.isnan(found.nats[0])
    np.testing.assert_allclose(found.nats[1:], measured.nats, atol=1e-6)
    assert found.nats_per_character == pytest.approx(measured.metrics()["nats_per_char"], abs=1e-6)


def test_what_was_expected_stands_at_the_step_where_it_was_expected():
    task, model = built()
    found, longer = foretell(task, model, "the", most=3), foretell(task, model, "the ", most=3)
    assert found.expected[0] == ()
    assert dict(longer.expected[3]) == pytest.approx(dict(found.following))
    shares = [share for _, share in found.following]
    assert len(shares) == 3
    assert shares == sorted(shares, reverse=True)
    every = dict(foretell(task, model, "the", most=100).following)
    assert sum(every.values()) == pytest.approx(1.0, abs=0.15), "but for padding, which has no text"
    assert -np.log(every[" "]) == pytest.approx(longer.nats[3])
    assert model.training


def test_a_word_that_was_never_seen_is_named_as_unknown():
    task, model = built("word")
    assert "(unknown)" in dict(foretell(task, model, "the cat", most=100).following)


def test_one_unit_and_none():
    task, model = built()
    found = foretell(task, model, "t")
    assert np.isnan(found.nats).all()
    assert np.isnan(found.nats_per_character)
    with pytest.raises(InputError, match="text: expected at least one character"):
        foretell(task, model, "")
