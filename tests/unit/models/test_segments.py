from dataclasses import replace

import pytest
import torch

from hiddenstate.errors import SettingsError
from hiddenstate.models.forecast_windows import ForecastSizes, ForecastWindows
from hiddenstate.models.segments import LEVELS, SeasonalRegression, SegmentForecaster, SegmentSettings

SIZES = ForecastSizes(
    lookback=15, horizon=7, cycle=4, targets=2, past_features=3, future_features=2, levels=3
)
PLAIN = replace(SIZES, past_features=0, future_features=0)


def windows(batch=5, sizes=SIZES):
    torch.manual_seed(1)
    return ForecastWindows(
        torch.randn(batch, sizes.lookback, sizes.targets),
        torch.randn(batch, sizes.lookback, sizes.past_features),
        torch.randn(batch, sizes.horizon, sizes.future_features),
        torch.zeros(batch, sizes.horizon, sizes.targets),
        torch.randn(batch, sizes.horizon, sizes.targets),
    )


def network(sizes=SIZES, **settings):
    torch.manual_seed(0)
    chosen = SegmentSettings(**{"hidden_size": 8, "dropout": 0.0, "segment": 4, **settings})
    model = SegmentForecaster(sizes, chosen).eval()
    if model.shortcut is not None:  # starts at zero, and would hide what it does
        torch.nn.init.normal_(model.shortcut.weight, std=0.3)
    return model


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("num_layers", [1, 2])
def test_every_cell_gives_a_quantile_per_step_and_target(cell, num_layers):
    assert network(cell=cell, num_layers=num_layers)(windows()).shape == (5, 7, 2, 3)


@pytest.mark.parametrize(
    ("lookback", "horizon", "cycle", "segment"),
    [(15, 7, 4, 4), (1, 1, 1, None), (3, 20, 24, None), (50, 2, 7, None), (9, 9, 1, 100), (5, 6, 5, 2)],
)
def test_any_look_back_horizon_season_and_segment_fit_together(lookback, horizon, cycle, segment):
    sizes = replace(SIZES, lookback=lookback, horizon=horizon, cycle=cycle)
    outputs = network(sizes, segment=segment)(windows(2, sizes))
    assert outputs.shape == (2, horizon, 2, 3)
    assert outputs.isfinite().all()


@pytest.mark.parametrize("path", ["recurrent", "shortcut"])
def test_the_oldest_step_counts_where_the_segment_does_not_divide_the_look_back(path):
    model = network(PLAIN, shortcut=path == "shortcut")
    if path == "shortcut":
        torch.nn.init.zeros_(model.head.weight)
    batch = windows(sizes=PLAIN)
    batch.past_targets.requires_grad_()
    model(batch).sum().backward()
    assert (batch.past_targets.grad[:, 0] != 0).all()


def test_filling_up_adds_nothing_but_the_level_before_the_window():
    longer = replace(PLAIN, lookback=16)
    short, long = network(PLAIN), network(longer)
    long.load_state_dict(short.state_dict())
    batch = windows(sizes=PLAIN)
    last = batch.past_targets[:, -1:]
    filled = batch._replace(past_targets=torch.cat([last, batch.past_targets], dim=1))
    torch.testing.assert_close(short(batch), long(filled))


@pytest.mark.parametrize(
    "changed",
    [
        {"cell": "lstm"},
        {"hidden_size": 9},
        {"num_layers": 2},
        {"segment": 5},
        {"level": "mean"},
        {"level": "cycle"},
        {"rescale": True},
        {"forget_bias": 2.0},
        {"shortcut": False},
    ],
    ids=lambda changed: "-".join(map(str, next(iter(changed.items())))),
)
def test_every_setting_changes_the_forecast(changed):
    batch = windows()
    assert not torch.allclose(network()(batch), network(**changed)(batch), atol=1e-4)


def test_dropout_acts_in_training_only_and_between_layers_too():
    model, batch = network(dropout=0.5, num_layers=2), windows()
    torch.testing.assert_close(model(batch), model(batch))
    model.train()
    assert not torch.equal(model(batch), model(batch))
    assert model.recurrent.layers[1].input_dropout.share == 0.5


def test_a_segment_is_two_seasons_unless_set_or_longer_than_the_window():
    assert network(segment=None).read_steps == 8
    assert network(replace(SIZES, cycle=1), segment=None).read_steps == 8
    assert network(replace(SIZES, lookback=3), segment=None).read_steps == 3
    assert network(segment=None).write_steps == 7


@pytest.mark.parametrize("level", LEVELS)
def test_a_shifted_past_shifts_the_forecast(level):
    model, batch = network(level=level), windows()
    shift = torch.tensor([2.5, -4.0])  # by column
    moved = batch._replace(past_targets=batch.past_targets + shift)
    torch.testing.assert_close(model(moved), model(batch) + shift[:, None])


def test_each_level_is_what_its_name_says():
    past = torch.tensor([[[1.0, 2.0, 6.0, 4.0]]])
    found = {name: float(level(past, 2)) for name, level in LEVELS.items()}
    assert found == {"last": 4.0, "cycle": 5.0, "mean": 3.25}


def test_rescaling_makes_the_forecast_follow_the_size_of_the_past():
    batch = windows()
    larger = batch._replace(past_targets=batch.past_targets * 3.0)
    model = network(rescale=True)
    torch.testing.assert_close(model(larger), model(batch) * 3.0)
    plain = network()
    assert not torch.allclose(plain(larger), plain(batch) * 3.0, atol=1e-3)


def test_a_constant_past_does_not_break_rescaling():
    batch = windows()._replace(past_targets=torch.full((5, 15, 2), 7.0))
    model = network(rescale=True)
    outputs = model(batch)
    assert outputs.isfinite().all()
    assert (outputs - 7.0).abs().max() < 0.5
    outputs.sum().backward()
    assert all(
        parameter.grad.isfinite().all() for parameter in model.parameters() if parameter.grad is not None
    )


def test_columns_do_not_see_each_other_but_have_a_forecast_of_their_own():
    model, batch = network(), windows()
    past = batch.past_targets.clone()
    past[..., 1] += torch.randn(5, 15)
    changed = model(batch._replace(past_targets=past))
    torch.testing.assert_close(changed[:, :, 0], model(batch)[:, :, 0])
    same = batch._replace(past_targets=batch.past_targets[..., :1].expand(-1, -1, 2))
    assert not torch.allclose(model(same)[:, :, 0], model(same)[:, :, 1], atol=1e-4)


def test_each_window_is_forecast_by_itself():
    model, batch = network(), windows()
    alone = [model(ForecastWindows(*(part[row : row + 1] for part in batch))) for row in range(5)]
    torch.testing.assert_close(torch.cat(alone), model(batch))


@pytest.mark.parametrize(("step", "segment"), [(3, slice(0, 4)), (4, slice(4, 7))])
def test_known_features_reach_their_own_segment_only(step, segment):
    model, batch = network(), windows()
    features = batch.future_features.clone()
    features[:, step] += 3.0
    change = (model(batch._replace(future_features=features)) - model(batch)).abs().sum(dim=(0, 2, 3))
    reached = torch.zeros(7, dtype=torch.bool)
    reached[segment] = True
    assert torch.equal(change > 0, reached)


def test_past_features_reach_the_forecast_and_the_truth_does_not():
    batch = ForecastWindows(*(part.requires_grad_() for part in windows()))
    network()(batch).sum().backward()
    assert batch.past_features.grad.abs().sum() > 0
    assert batch.targets.grad is None


def test_unknown_truth_leaves_a_finite_gradient():
    from hiddenstate.tasks.losses import squared

    batch, model = windows(sizes=replace(SIZES, levels=1)), network(replace(SIZES, levels=1))
    batch.targets[:, 2:] = float("nan")
    squared(model(batch), batch.targets, (0.5,)).backward()
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters())


def test_the_shortcut_repeats_the_last_season_with_the_right_weights():
    sizes = replace(PLAIN, lookback=10, horizon=6, cycle=4)
    shortcut = SeasonalRegression(sizes)
    assert shortcut.weight.shape == (2, 3)
    with torch.no_grad():
        shortcut.weight[:, -1] = 1.0
    shape = torch.arange(20.0).reshape(1, 2, 10)
    expected = torch.tensor([[[6.0, 7, 8, 9, 6, 7], [16.0, 17, 18, 19, 16, 17]]])
    torch.testing.assert_close(shortcut(shape), expected)


def test_the_shortcut_can_smooth_over_the_season_around_a_step():
    sizes = replace(PLAIN, lookback=9, horizon=3, cycle=3)
    shortcut = SeasonalRegression(sizes)
    with torch.no_grad():
        shortcut.weight[:, -1] = 1.0
        shortcut.around.weight[0, 0, 0] = 1.0  # the step before
    shape = torch.arange(9.0).reshape(1, 1, 9)
    torch.testing.assert_close(shortcut(shape), torch.tensor([[[6.0 + 5, 7 + 6, 8 + 7]]]))


def test_without_a_season_the_shortcut_is_a_linear_regression():
    sizes = replace(PLAIN, lookback=5, horizon=3, cycle=1)
    shortcut = SeasonalRegression(sizes)
    torch.nn.init.normal_(shortcut.weight)
    shape = torch.randn(2, 2, 5)
    torch.testing.assert_close(shortcut(shape), shape @ shortcut.weight.T)


def test_it_learns_a_season_with_a_drifting_level():
    sizes = replace(PLAIN, lookback=12, horizon=4, cycle=4, targets=1, levels=1)
    season = torch.tensor([0.0, 2.0, 1.0, -1.0])
    torch.manual_seed(3)
    steps = torch.arange(16) + torch.randint(0, 4, (64, 1))
    whole = season[steps % 4] + 10 * torch.randn(64, 1)
    batch = windows(64, sizes)._replace(
        past_targets=whole[:, :12, None], targets=whole[:, 12:, None], reference=torch.zeros(64, 4, 1)
    )
    model = network(sizes, shortcut=False).train()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(120):
        loss = (model(batch)[..., 0] - batch.targets).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss < 0.05


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"hidden_size": 0}, "segments.hidden_size: expected 1 or more, got 0"),
        ({"num_layers": 0}, "segments.num_layers"),
        ({"segment": 0}, "segments.segment"),
        ({"dropout": 1.0}, "segments.dropout"),
        ({"level": "lst"}, 'Did you mean "last"'),
        ({"level": "median"}, "Valid: last, cycle, mean"),
    ],
)
def test_wrong_settings_are_refused_with_what_to_do(wrong, message):
    with pytest.raises(SettingsError, match=message):
        SegmentSettings(**wrong)
