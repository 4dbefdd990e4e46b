"""Templates are read as they are meant, draw only what they allow, and say what is wrong in a broken one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.data.templates import Grammar, parse
from hiddenstate.errors import InputError

GRAMMAR = Grammar({"the": parse("(the|my)"), "loop": parse("<loop>")}, {"area": lambda random: "attic"})


def sentences(template, count=300):
    part = parse(template)
    return {GRAMMAR.draw(part, np.random.default_rng(seed)) for seed in range(count)}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("stop", {"stop"}),
        ("", {""}),
        ("(on|off) now", {"on now", "off now"}),
        ("go [right] on", {"go on", "go right on"}),
        ("[up|down] a", {"a", "up a", "down a"}),
        ("light[s] [[of] <the>]", {"light", "light the", "light my", "light of the", "light of my"}
         | {"lights", "lights the", "lights my", "lights of the", "lights of my"}),
        ("(on;<the> {area:place})", {"on the attic", "on my attic", "the attic on", "my attic on"}),
        ("a|b c", {"a", "b c"}),
        ("5[([ ]°)|( degree[s])]", {"5", "5 °", "5°", "5 degree", "5 degrees"}),
    ],
)  # fmt: skip
def test_a_template_draws_what_it_allows_and_all_of_it(template, expected):
    assert sentences(template) == expected


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("(a|b", r"expected a closing '\)'"),
        ("[a", r"expected a closing '\]'"),
        ("a]", "expected an opening mark before ']'"),
        ("(a]", r"expected a closing '\)'"),
        ("(a|b;c)", "in one group, got both"),
        ("<the", "expected <rule> and {list} to be whole"),
        ("{area", "expected <rule> and {list} to be whole"),
    ],
)
def test_a_broken_template_is_refused(template, message):
    with pytest.raises(InputError, match=message):
        parse(template)


def test_unknown_names_and_circles_are_refused():
    for template, message in (("<teh>", 'Did you mean "the"'), ("{aera}", 'Did you mean "area"')):
        with pytest.raises(InputError, match=message):
            sentences(template, 1)
    with pytest.raises(InputError, match="got a circle"):
        sentences("<loop>", 1)


@given(st.text("ab |;()[]<>{}:", max_size=25))
def test_any_text_is_a_template_or_refused(template):
    try:
        part = parse(template)
        GRAMMAR.draw(part, np.random.default_rng(0))
    except InputError:
        pass


@given(st.text("ab ", max_size=20))
def test_text_without_marks_is_itself(text):
    assert sentences(text, 1) == {" ".join(text.split())}
