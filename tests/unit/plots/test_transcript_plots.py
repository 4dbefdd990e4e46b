"""Aligned answers, and one recording with its letters."""

import json

import numpy as np

from hiddenstate.plots import AlignedText, AlignedTexts, letter_posteriors
from hiddenstate.records.transcription import AlignedWords
from hiddenstate.tasks.transcription_metrics import letter_confusions


def test_words_left_out_put_in_and_taken_for_others_are_told_apart_and_escaped():
    words = [
        AlignedWords("a<b", "a<b"),
        AlignedWords("two", "too"),
        AlignedWords("gone", ""),
        AlignedWords("", "new"),
    ]
    page = AlignedTexts([AlignedText("x & y", words)]).html()
    assert "x &amp; y" in page
    assert "a&lt;b <del" in page
    assert '<del class="heat-2">two</del> <ins class="heat-3">too</ins>' in page
    assert page.count("<del") == page.count("<ins") == 2
    assert "No answer has an error." in AlignedTexts([]).html()


def test_letters_are_counted_by_what_was_said_and_written():
    assert letter_confusions(["cat", "dog"], ["cut", "do"]) == {("a", "u"): 1, ("g", ""): 1}


def test_letters_that_are_heard_are_drawn_in_their_order_and_said_in_words():
    probabilities = np.full((10, 4), 0.01, dtype=np.float32)
    probabilities[7, 1] = probabilities[2, 3] = 0.9
    chart = letter_posteriors(np.zeros((10, 40), np.float32), probabilities, "ab ", text="x", seconds=0.03)
    spec = chart.to_dict(validate=False)
    assert '"space" at 0.06 s, "a" at 0.21 s' in spec["description"]
    drawn = json.dumps(spec)
    assert '"row": 19' in drawn
    assert '"row": 20' not in drawn  # 40 bands, two by two


def test_nothing_heard_is_said():
    chart = letter_posteriors(
        np.zeros((4, 3), np.float32), np.zeros((4, 3), np.float32), "ab", text="", seconds=0.01
    )
    assert "No letter was heard." in chart.to_dict(validate=False)["description"]
