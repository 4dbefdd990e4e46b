"""The networks of a classifier: the epoch is chosen, probabilities calibrated, and a cut-off run gone on with."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from hiddenstate.data.text_table import table_of
from hiddenstate.data.vectors import Vectors
from hiddenstate.errors import InputError, TrainingError
from hiddenstate.models.text_classifier import TextModelSettings
from hiddenstate.tasks.classify_settings import ClassifySettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.classes.fit import fit_classes, joined
from hiddenstate.workflows.fitting import Fitting

NETWORK = TextModelSettings(hidden_size=8, embedding_size=8, embedding_dropout=0.0, output_dropout=0.0)
TRAINING = TrainingSettings(epochs=3, batch_size=8, learning_rate=0.02, patience=None)
SETTINGS = {"task": ClassifySettings(), "network": NETWORK, "training": TRAINING}
TRAIN = table_of(["good film", "fine plot", "bad film", "poor plot"] * 4, ["+", "+", "-", "-"] * 4)
VALIDATION = table_of(["good plot", "bad plot", "superb end"], ["+", "-", "+"])


def answers(fitted):
    return fitted.task.predict(fitted.models, VALIDATION).probabilities


def test_the_best_epoch_is_kept_and_probabilities_are_calibrated():
    fitted = fit_classes(TRAIN, VALIDATION, **SETTINGS)
    history = fitted.history
    losses = [epoch.validation_loss for epoch in history.epochs]
    assert history.best_epoch == 1 + int(np.argmin(losses))
    assert fitted.task.temperature != 1.0
    assert not fitted.refitted


def test_refitting_learns_words_of_the_validation_rows_and_keeps_the_calibration():
    plain = fit_classes(TRAIN, VALIDATION, **SETTINGS)
    again = fit_classes(TRAIN, VALIDATION, **SETTINGS, refit=True)
    assert again.refitted
    assert "superb" in again.task.encoder.vocabulary
    assert "superb" not in plain.task.encoder.vocabulary
    assert again.task.temperature == plain.task.temperature
    losses = [[epoch.validation_loss for epoch in fitted.history.epochs] for fitted in (plain, again)]
    assert losses[0] == losses[1]  # the curve shown is that on the training rows alone


def test_without_validation_all_epochs_are_trained_and_nothing_is_calibrated():
    fitted = fit_classes(TRAIN, None, **SETTINGS)
    assert len(fitted.history.epochs) == 3
    assert np.isnan(fitted.history.epochs[0].validation_loss)
    assert fitted.task.temperature == 1.0


def test_members_begin_with_weights_of_their_own_and_one_seed_repeats_them():
    settings = SETTINGS | {"task": ClassifySettings(members=2)}
    fitted, again = (fit_classes(TRAIN, VALIDATION, **settings) for _ in range(2))
    first, second = (model.heads.state_dict() for model in fitted.models)
    assert any(not torch.equal(first[name], second[name]) for name in first)
    np.testing.assert_array_equal(answers(fitted), answers(again))
    other = fit_classes(TRAIN, VALIDATION, **(settings | {"training": replace(TRAINING, seed=1)}))
    assert not np.array_equal(answers(fitted), answers(other))


class CutOff:
    """Ends the run in its third epoch: as a crash would, or as Ctrl-C does."""

    def __init__(self, error):
        self.error = error

    def on_start(self, epochs, steps_per_epoch, done):
        pass

    def on_step(self, epoch, step, loss):
        if epoch == 3:
            raise self.error

    def on_epoch(self, epoch, best):
        pass

    def on_end(self, history):
        pass


def test_a_run_that_was_cut_off_goes_on_and_ends_with_the_same_answers(tmp_path):
    whole = fit_classes(TRAIN, VALIDATION, **SETTINGS)
    with pytest.raises(RuntimeError, match="cut off"):
        fit_classes(TRAIN, VALIDATION, **SETTINGS, fitting=Fitting(CutOff(RuntimeError("cut off")), tmp_path))
    resumed = fit_classes(TRAIN, VALIDATION, **SETTINGS, fitting=Fitting(None, tmp_path, resume=True))
    np.testing.assert_array_equal(answers(whole), answers(resumed))


def test_ctrl_c_keeps_the_best_network_so_far_and_does_not_train_again():
    fitted = fit_classes(
        TRAIN, VALIDATION, **SETTINGS, refit=True, fitting=Fitting(CutOff(KeyboardInterrupt()))
    )
    assert not fitted.refitted
    assert len(fitted.history.epochs) == 2
    assert fitted.history.stopped.startswith("interrupted")
    assert fitted.task.temperature != 1.0


@pytest.mark.parametrize("changed", ["training rows", "validation rows", "vectors", "task"])
def test_going_on_with_something_else_is_refused(tmp_path, changed):
    vectors = Vectors(("good",), np.ones((1, 8), np.float32), "vectors")
    start = SETTINGS | {"vectors": [vectors]}
    fit_classes(TRAIN, VALIDATION, **start, fitting=Fitting(None, tmp_path))
    train, validation = TRAIN, VALIDATION
    if changed == "training rows":
        train = table_of(["fine film", *TRAIN.texts[1:]], TRAIN.labels)
    elif changed == "validation rows":
        validation = table_of(["fine plot", *VALIDATION.texts[1:]], VALIDATION.labels)
    elif changed == "vectors":
        start |= {"vectors": [Vectors(("good",), np.zeros((1, 8), np.float32), "vectors")]}
    else:
        start |= {"task": ClassifySettings(label_smoothing=0.1)}
    with pytest.raises(TrainingError):
        fit_classes(train, validation, **start, fitting=Fitting(None, tmp_path, resume=True))


def test_stages_are_announced():
    said = []
    settings = SETTINGS | {"task": ClassifySettings(members=2)}
    fit_classes(TRAIN, VALIDATION, **settings, refit=True, fitting=Fitting(announce=said.append))
    assert said == [
        "Training: network 1 of 2",
        "Training: network 2 of 2",
        "Training again with the validation rows: network 1 of 2",
        "Training again with the validation rows: network 2 of 2",
    ]


def test_validation_rows_of_other_classes_only_are_refused():
    with pytest.raises(InputError, match=r'validation rows of the training rows\' classes, got "x", "y"'):
        fit_classes(TRAIN, table_of(["good", "bad"], ["x", "y"]), **SETTINGS)


def test_joined_tables_need_labels():
    assert joined(TRAIN, VALIDATION).texts[-1] == "superb end"
    with pytest.raises(InputError, match="expected labels"):
        joined(TRAIN, table_of(["good"]))
