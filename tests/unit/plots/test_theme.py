import itertools

import numpy as np
import pytest

from hiddenstate.plots.theme import BASELINE_COLOURS, BASELINE_DASHES, DARK, HEAT, LIGHT, ON_HEAT

# Viénot, Brettel and Mollon (1999) and Brettel et al. (1997), as in the usual linear-RGB approximations.
DICHROMACIES = {
    "none": np.eye(3),
    "protan": np.array([[0.1124, 0.8876, 0.0], [0.1124, 0.8876, 0.0], [0.0040, -0.0040, 1.0]]),
    "deutan": np.array([[0.2927, 0.7073, 0.0], [0.2927, 0.7073, 0.0], [-0.0223, 0.0223, 1.0]]),
    "tritan": np.array([[1.0, 0.1446, -0.1446], [0.0, 0.8592, 0.1408], [0.0, 0.8592, 0.1408]]),
}
LINES = ("model", "first", "second", "third", "fourth", "fifth")


def linear(colour):
    parts = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(rgb):
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ rgb
    x, y, z = np.cbrt(np.clip(xyz / [0.9505, 1.0, 1.089], 1e-6, None))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_both_themes_name_the_same_colours():
    assert list(LIGHT) == list(DARK)
    # The page swaps a light value for the variable of its name: two names of one value would clash.
    assert len(set(LIGHT.values())) == len(LIGHT)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_lines_stand_out_from_the_page(theme):
    for name in ("ink", "muted"):
        assert contrast(theme[name], theme["paper"]) >= 4.5, name
        assert contrast(theme[name], theme["wash"]) >= 4.5, name
    for name in (*LINES, "bar"):
        assert contrast(theme[name], theme["paper"]) >= 3.0, name
    for name in ("model", "ink", "first"):
        assert contrast(theme[name], theme["band_inner"]) >= 2.0, name


@pytest.mark.parametrize("dichromacy", DICHROMACIES)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_lines_are_told_apart_by_every_eye(theme, dichromacy):
    seen = {name: lab(DICHROMACIES[dichromacy] @ linear(theme[name])) for name in (*LINES, "ink")}
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 14, (one, other)


def test_colour_is_never_the_only_difference():
    assert len(BASELINE_DASHES) == len(BASELINE_COLOURS) == len(set(BASELINE_DASHES))
    assert (1, 0) not in BASELINE_DASHES, "the solid line is the model's"


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_heat_grows_one_way_for_every_eye_and_its_text_is_read(theme):
    assert len(HEAT) == len(ON_HEAT)
    away = [contrast(theme[name], theme["paper"]) for name in HEAT]
    assert all(one * 1.12 < other for one, other in itertools.pairwise(away)), away
    for name, text in zip(HEAT, ON_HEAT, strict=True):
        assert contrast(theme[name], theme[text]) >= 4.5, name
    for matrix in DICHROMACIES.values():
        lightness = [lab(matrix @ linear(theme[name]))[0] for name in HEAT]
        assert lightness in (sorted(lightness), sorted(lightness, reverse=True))
