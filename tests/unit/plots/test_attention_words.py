import io
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from hiddenstate.data.tokens import TokenSettings, tokenize
from hiddenstate.plots import AttentionWords, attention_words, read_text
from hiddenstate.plots.attention_words import LONGEST, ReadText, pieces
from hiddenstate.records import Classification


def one(text, tokens, weights, *, predicted=0, truth=1):
    return Classification(
        ("HUM", "LOC"), np.array([[0.8, 0.2]]), np.array([predicted]), (text,), (tuple(tokens),),
        (np.array(weights, dtype=np.float32),), None if truth is None else np.array([truth]),
    )  # fmt: skip


def printed(drawn, **options):
    console = Console(width=100, file=io.StringIO(), **{"color_system": "truecolor", **options})
    console.print(drawn)
    return console.file.getvalue()


@given(st.text(max_size=60), st.sampled_from(["word", "whitespace", "character"]))
def test_the_pieces_are_the_text_and_every_token_is_where_it_stands(text, unit):
    tokens = tokenize(text, TokenSettings(unit=unit))
    forms = [text[token.start : token.stop] for token in tokens]
    found = pieces(text, forms, np.arange(len(tokens), dtype=np.float32))
    assert "".join(piece.text for piece in found) == text
    at, starts = 0, []
    for piece in found:
        if piece.weight is not None:
            starts.append(at)
        at += len(piece.text)
    assert starts == [token.start for token in tokens]


def test_words_that_were_taken_out_do_not_shift_the_others():
    text = "now that is no fun, don't"
    settings = TokenSettings(stop_words="remove")
    forms = [text[token.start : token.stop] for token in tokenize(text, settings)]
    assert forms == ["no", "fun", ",", "n't"]
    read = pieces(text, forms, np.ones(4, np.float32))
    assert [(piece.text, piece.weight) for piece in read][:2] == [("now that is ", None), ("no", 1.0)]
    assert "".join(piece.text for piece in read) == text


def test_colours_follow_the_weights():
    html = read_text(one("Who wrote it ?", ["Who", "wrote", "it", "?"], [0.15, 0.8, 0.04, 0.01]), 0).html()
    assert '<span class="heat-5" title="80\N{NO-BREAK SPACE}% of the attention">wrote</span>' in html
    assert '<span class="heat-1" title="15\N{NO-BREAK SPACE}% of the attention">Who</span>' in html
    assert "</span> it ?" in html, "a faint word has no colour"
    assert (
        "most attention: <bdi>wrote</bdi> 80\N{NO-BREAK SPACE}%, <bdi>Who</bdi> 15\N{NO-BREAK SPACE}%" in html
    )


def test_even_attention_looks_even_and_not_strong():
    words = [f"w{number}" for number in range(10)]
    html = read_text(one(" ".join(words), words, [0.1] * 10), 0).html()
    assert html.count('class="heat-2"') == 10


def test_right_and_wrong_are_said_in_words():
    wrong = read_text(one("Who ?", ["Who", "?"], [0.9, 0.1]), 0)
    assert wrong.right is False
    assert "wrong: <b>HUM</b>, 80.0&nbsp;% sure; truth <b>LOC</b>" in wrong.html()
    right = read_text(one("Who ?", ["Who", "?"], [0.9, 0.1], truth=0), 0).html()
    assert "right: <b>HUM</b>, 80.0&nbsp;% sure</p>" in right
    unknown = read_text(one("Who ?", ["Who", "?"], [0.9, 0.1], truth=None), 0).html()
    assert "<p><b>HUM</b>, 80.0&nbsp;% sure</p>" in unknown
    none = read_text(one("Who ?", ["Who", "?"], [0.9, 0.1], predicted=-1, truth=-1), 0).html()
    assert "right: <b>none of these</b>" in none


def test_examples_are_chosen_by_confidence_and_the_wrong_ones_come_first(questions):
    section = attention_words(questions, each=3)
    assert [text.right for text in section.texts] == [False] * 3 + [True] * 3
    wrong = questions.predicted != questions.truth
    sureness = np.sort(questions.probabilities.max(axis=1)[wrong])[::-1]
    shown = [text.probability for text in section.texts[:3]]
    assert (shown[0], shown[2]) == (sureness[0], sureness[-1])
    assert shown[1] in sureness[1:-1]
    assert "it is no proof that a word decided the answer" in section.html()
    unknown = attention_words(replace(questions, truth=None), each=2)
    assert [text.right for text in unknown.texts] == [None, None]


def test_several_labels_a_text():
    result = Classification(
        ("a", "b", "c"), np.array([[0.9, 0.8, 0.1]]), np.array([[True, True, False]]), ("x y",), (("x", "y"),),
        (np.array([0.5, 0.5], np.float32),), np.array([[True, False, False]]), True,
    )  # fmt: skip
    text = read_text(result, 0)
    assert (text.answer, text.truth, text.right) == ("a, b", "a", False)
    assert text.probability == pytest.approx((0.9 + 0.8 + 0.9) / 3)
    nothing = replace(result, predicted=np.zeros((1, 3), bool))
    assert read_text(nothing, 0).answer == "no label"


def test_of_a_long_text_the_part_with_the_attention_is_shown():
    words = [f"w{number}" for number in range(1000)]
    weights = np.zeros(1000)
    weights[700] = 1.0
    html = read_text(one(" ".join(words), words, weights), 0).html()
    assert ">w700</span>" in html
    assert len(re.findall(r"w\d+", html)) <= LONGEST + 1
    assert html.count("…") == 2


def test_the_terminal_shows_the_same_words_with_colours_or_without():
    text = read_text(one("Who wrote it ?", ["Who", "wrote", "it", "?"], [0.15, 0.8, 0.04, 0.01]), 0)
    coloured = printed(text.terminal(), force_terminal=True)
    assert re.search(r"\x1b\[1;38;2;255;255;255;48;2;0;86;140mwrote\x1b\[0m it \?", coloured)
    assert printed(text.terminal(), color_system=None).strip() == "Who wrote it ?"
    few = printed(text.terminal(), no_color=True, force_terminal=True)
    assert few.strip() == "Who \x1b[1mwrote\x1b[0m it ?", "without colours the strongest word is bold"
    two = AttentionWords((text, text))
    assert printed(two.terminal(), color_system=None).splitlines() == ["Who wrote it ?"] * 2


def test_hostile_text_stays_text():
    evil = "<script>alert(1)</script> \x1b[31mred [bold]x"
    text = read_text(one(evil, evil.split(" "), [0.2, 0.3, 0.5]), 0)
    assert "<script" not in text.html()
    assert "<script" not in AttentionWords((text,), title=evil, caption=evil).html()
    shown = printed(text.terminal(), color_system=None)
    assert "\x1b" not in shown
    assert "[bold]x" in shown


def test_texts_without_words_are_shown_and_no_text_is_said():
    assert read_text(one("", [], []), 0).html().count("<span") == 0
    empty = replace(one("x", ["x"], [1.0]), texts=(), tokens=(), weights=(), predicted=np.zeros(0, int))
    assert "There is no text to show." in attention_words(empty).html()
    assert ReadText((), "a", float("nan")).html().startswith("<li><p><b>a</b></p>")
