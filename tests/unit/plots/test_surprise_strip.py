"""A passage coloured by surprise."""

import math

from hiddenstate.plots.context_curve import context_curve
from hiddenstate.plots.surprise_strip import SurpriseStrip


def test_colours_grow_with_surprise_and_the_text_is_escaped():
    bits = [0.1, 1.0, 9.0, 2.0]
    page = SurpriseStrip(["a", "<", "z", "\n"], [each * math.log(2) for each in bits]).html()
    assert '>a<span class="heat-1" title="1.0 bits">&lt;</span>' in page
    assert '<span class="heat-5" title="9.0 bits">z</span>' in page
    assert "↵\n" in page
    assert "The hardest here: &quot;z&quot; after &quot;a&lt;&quot;, 9.0 bits." in page.replace("&nbsp;", " ")
    assert "There is no passage to show." in SurpriseStrip([], []).html()


def test_the_curve_says_what_memory_gives():
    chart = context_curve({1: 4.0, 2: 3.0, 4: 2.5}, 2.0, unit="char").to_dict()
    assert "With an empty memory 4.00 bits per character, after 4 chars 2.50" in chart["description"]
    assert "too short" in context_curve({}, 2.0, unit="char").to_dict()["description"]
