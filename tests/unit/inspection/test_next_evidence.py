"""Which units the next one rests on."""

import numpy as np
import pytest
import torch

from hiddenstate.errors import InputError, InspectionError
from hiddenstate.inspection import foretell, next_evidence
from hiddenstate.inspection.next_evidence import MOST
from hiddenstate.models.language_model import LanguageSettings
from hiddenstate.seeding import seed_everything
from hiddenstate.tasks.generate import GenerateTask
from hiddenstate.tasks.generate_settings import GenerateSettings

BOOK = "the cat sat on the mat. " * 40


def built(cell="lstm"):
    seed_everything(0, "weights")
    network = LanguageSettings(cell=cell, hidden_size=6, embedding_size=4, num_layers=2, dropout=0.3)
    task = GenerateTask.fit(BOOK, GenerateSettings(window=8), network)
    return task, task.build_model()


def chance(task, model, text, unit):
    """The probability of `unit` after `text`."""
    return dict(foretell(task, model, text, most=100).following)[unit]


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_shares_are_complete_and_begin_with_what_is_likeliest(cell):
    task, model = built(cell)
    found = next_evidence(task, model, "the cat")
    unit, share = foretell(task, model, "the cat").following[0]
    assert found.integrated.output == f'probability of "{unit}" as the next'
    assert found.integrated.output_value == pytest.approx(share, abs=1e-6)
    assert abs(found.integrated.gap) < 1e-3
    assert found.integrated.places == tuple("the cat")
    assert model.training, "the mode is as before"


def test_leaving_out_is_reading_the_text_without_the_unit():
    task, model = built()
    found = next_evidence(task, model, "the cat", unit="m")
    for place, shorter in ((0, "he cat"), (4, "the at"), (6, "the ca")):
        drop = chance(task, model, "the cat", "m") - chance(task, model, shorter, "m")
        assert found.occlusion.by_place()[place] == pytest.approx(drop, abs=1e-6)


def test_of_a_long_text_the_end_is_asked_about_and_the_memory_of_the_rest_stays():
    task, model = built()
    text = BOOK[: MOST + 30]
    found = next_evidence(task, model, text, unit="m", random_orders=4)
    assert found.integrated.places == tuple(text[-MOST:])
    assert found.integrated.output_value == pytest.approx(chance(task, model, text, "m"), abs=1e-6)
    drop = chance(task, model, text, "m") - chance(task, model, text[:-1], "m")
    assert found.occlusion.by_place()[-1] == pytest.approx(drop, abs=1e-6)
    assert found.occlusion.baseline_value == pytest.approx(chance(task, model, text[:-MOST], "m"), abs=1e-6)
    assert np.isfinite(found.integrated.values).all()


def test_a_blank_is_named_so_that_it_can_be_read():
    task, model = built()
    assert next_evidence(task, model, "the", unit=" ", random_orders=2).integrated.output == (
        'probability of " " as the next'
    )


def test_what_is_refused():
    task, model = built()
    with pytest.raises(InputError, match="text: expected at least one character"):
        next_evidence(task, model, "")
    with pytest.raises(InputError, match='unit: expected one that the model knows, got "Q"'):
        next_evidence(task, model, "the", unit="Q")
    with pytest.raises(InspectionError, match="model: expected a language model, got LSTM"):
        next_evidence(task, torch.nn.LSTM(2, 2), "the")
