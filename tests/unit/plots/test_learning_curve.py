import math

from hiddenstate.plots import learning_curve, svg
from hiddenstate.records import Epoch, History


def epoch(number, train, validation):
    return Epoch(number, train, validation, 1e-3, 1.0, 1.0)


def test_both_losses_and_the_rate_are_drawn_and_labelled(history):
    spec = learning_curve(history, loss="pinball loss", unit="MW").to_dict()
    losses, rate = spec["vconcat"]
    assert losses["layer"][0]["encoding"]["y"]["title"] == "pinball loss (MW)"
    assert losses["layer"][0]["encoding"]["color"]["scale"]["domain"] == ["validation", "training"]
    assert rate["encoding"]["y"]["title"] == "learning rate"
    assert rate["encoding"]["x"]["axis"]["values"][0] >= 1
    rates = spec["datasets"][rate["data"]["name"]]
    assert [row["rate"] for row in rates] == [epoch.learning_rate for epoch in history.epochs]


def test_the_kept_epoch_is_marked_where_it_was(history):
    spec = learning_curve(history).to_dict()
    marked = next(rows for rows in spec["datasets"].values() if len(rows) == 1)
    assert marked == [{"epoch": 14, "loss": history.epochs[13].validation_loss, "text": "kept: epoch 14"}]
    assert "The weights of epoch 14 were kept" in spec["description"]
    assert "no better validation loss for 8 epochs" in spec["description"]


def test_an_untrained_model_and_an_unmarked_best():
    assert "Nothing was trained" in learning_curve(History()).to_dict()["description"]
    assert "kept" not in str(learning_curve(History((epoch(1, 0.5, 0.4), epoch(2, 0.4, 0.3)))).to_dict())


def test_losses_that_are_not_numbers_leave_a_gap():
    spec = learning_curve(History((epoch(1, math.nan, math.inf), epoch(2, 0.5, 0.4)), best_epoch=2)).to_dict()
    rows = spec["datasets"][spec["vconcat"][0]["layer"][0]["data"]["name"]]
    assert [row["loss"] for row in rows] == [None, None, 0.5, 0.4]
    assert "NaN" not in str(spec["datasets"])
    assert "0.400 after epoch 2." in spec["description"]


def test_one_epoch_can_be_seen():
    drawn = svg(learning_curve(History((epoch(1, 0.5, 0.4),), best_epoch=1)))
    assert "kept: epoch 1" in drawn
    assert "NaN" not in drawn
