"""Looking inside taggers, models of commands and language models through the command line."""

import json
import re
from html import unescape

import pytest

from hiddenstate.inspection import load_trace
from tests.story import books, tagged_files
from tests.story.conftest import quietly
from tests.story.tagged_files import flights, write_commands, write_conll
from tests.story.test_bad_input import refused
from tests.unit.plots.test_browser import CHROMIUM, TRAP, browse, complaints

TEXT = "Flights from New York to boston !"
BRIEF = ("--epochs", "3")


@pytest.fixture(scope="module")
def tagger(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tagger")
    source = write_conll(folder / "c.conll", flights(60))
    quietly("train", source, "--task", "tag", *tagged_files.TINY, *BRIEF, "--out", folder / "m")
    return folder / "m"


@pytest.fixture(scope="module")
def plain_tagger(tmp_path_factory):
    """Two networks without a CRF, which know whole words only."""
    folder = tmp_path_factory.mktemp("plain")
    source = write_conll(folder / "c.conll", flights(60))
    plain = ("--set", "model.output=softmax", "--set", "model.character_size=0", "--members", "2")
    quietly(
        "train", source, "--task", "tag", *tagged_files.TINY, "--epochs", "1", *plain, "--out", folder / "m"
    )
    return folder / "m"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    folder = tmp_path_factory.mktemp("assistant")
    source = write_commands(folder / "c.jsonl", flights(60))
    quietly("train", source, "--task", "intent", *tagged_files.TINY, *BRIEF, "--out", folder / "m")
    return folder / "m"


@pytest.fixture(scope="module")
def writer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("writer")
    (folder / "book.txt").write_text(books.book(200))
    quietly(
        "train", folder / "book.txt", "--task", "generate", *books.TINY, "--epochs", 1, "--out", folder / "m"
    )
    return folder / "m"


@pytest.fixture(scope="module")
def word_writer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    (folder / "book.txt").write_text(books.book(200))
    unit = ("--unit", "word", "--epochs", 1)
    quietly("train", folder / "book.txt", "--task", "generate", *books.TINY, *unit, "--out", folder / "m")
    return folder / "m"


def explained(call, folder, out, *arguments):
    """The page, and what was printed."""
    outcome = call("explain", folder, *arguments, "--out", out)
    assert outcome.code == 0, outcome.err
    page = out.read_text()
    assert re.search(r"https?://(?!www\.w3\.org)", page) is None, "nothing is loaded from a network"
    return page, outcome.out


def test_a_tag_is_explained_on_one_page(call, tagger, tmp_path):
    answer = json.loads(call("predict", tagger, "--text", TEXT, "--json").out)
    tag = answer["words"][3]["tag"]
    page, _ = explained(call, tagger, tmp_path / "why.html", "--text", TEXT, "--word", 4)
    for words in (
        "Why these tags?",
        f"Word 4, “York”, is {tag}, ",
        "7 words read.",
        "Every word and its tag",
        "What the tag of word 4 rests on: “York”",
        "which add up to the difference from word vectors of zeros",
        "Can the shares be believed?",
        "How the CRF adds up its best path",
        "(begin) → O",
        "So this path has the probability exp(",
        "How far the gradient reaches back",
        "only what enters at the last step is followed",
        "Inside words.recurrent, layer 1",
        "Inside words.recurrent, layer 1, backward",
        "f: forget gate",
        "step 4: York",
        "How long the units remember",
    ):
        assert words in page.replace("&nbsp;", " "), words
    assert page.count('data-steps="7"') == 2


def test_without_a_number_the_least_sure_word_is_asked_about(call, tagger, tmp_path):
    page, _ = explained(call, tagger, tmp_path / "why.html", "--text", TEXT)
    found = re.search(r"Word (\d), “([^”]+)”, is \S+, [\d.]+&nbsp;% sure, the least sure of all", page)
    place = int(found[1])
    assert TEXT.split()[place - 1] == found[2]
    assert f"What the tag of word {place} rests on: “{found[2]}”" in page


def test_of_several_networks_without_a_crf_there_is_no_path(call, plain_tagger, tmp_path):
    page, _ = explained(call, plain_tagger, tmp_path / "why.html", "--text", TEXT)
    assert "read by network 1 of 2" in page
    assert "How the CRF" not in page
    out = tmp_path / "path.html"
    refused(
        call("explain", plain_tagger, "--text", TEXT, "--show", "path", "--out", out),
        "path: expected a network with a CRF, got one that answers each word for itself",
        'train with --set "model.output=crf"',
    )
    assert not out.exists()


def test_an_intent_and_its_slots_are_explained_on_one_page(call, assistant, tmp_path):
    text = "fares from denver to san jose"
    answer = json.loads(call("predict", assistant, "--text", text, "--json").out)
    page, printed = explained(call, assistant, tmp_path / "why.html", "--text", text)
    assert f"The answer: {answer['intent']}, {100 * answer['probability']:.1f} % sure" in printed
    for words in (
        "Where the network looked",
        "What the intent rests on, word by word",
        f'probability of the intent "{answer["intent"]}"'.capitalize().replace('"', "&quot;"),
        "By the shares of attention the output falls faster",
        "Every word and its tag",
        "How the CRF adds up its best path",
        "Inside words.recurrent, layer 1, backward",
    ):
        assert words in page.replace("&nbsp;", " "), words
    assert "What the tag of word" not in page
    more, _ = explained(call, assistant, tmp_path / "more.html", "--text", text, "--word", 6)
    assert "What the tag of word 6 rests on: “jose”" in more
    assert page.count("<li>layer 1, backward: ") == 1, "each layer has one flow"


def test_the_surprise_of_a_text_is_explained_on_one_page(call, writer, tmp_path):
    text = "the cat sat\non"
    page, printed = explained(
        call, writer, tmp_path / "why.html", "--text", text, "--charts", tmp_path / "charts", "--trace",
        tmp_path / "gates.safetensors",
    )  # fmt: skip
    assert re.search(r"After this text most likely: (“.”|a space|a new line) \(\d+\.\d %\)", printed)
    for words in (
        "14 characters read, with a surprise of",
        "Where the text surprises the model",
        "Surprise at every step, and what was expected instead",
        "Expected at every step, as a table",
        "What the next one rests on: ",
        "By the shares of occlusion the output falls faster",
        "12: ↵",
        "How far the gradient reaches back",
        "Inside recurrent, layer 1",
        "f: forget gate",
    ):
        assert words in page.replace("&nbsp;", " "), words
    assert page.count('data-steps="14"') == 2
    assert (tmp_path / "charts" / "surprise-1.png").exists(), "a chart under a slider is saved, too"
    assert load_trace(tmp_path / "gates.safetensors").names_of_steps(0)[:4] == ["t", "h", "e", "·"]


def test_words_that_were_never_seen_are_read_as_one(call, word_writer, tmp_path):
    page, _ = explained(call, word_writer, tmp_path / "why.html", "--text", "the zebra sat")
    assert "Never seen in training, read as one unknown word: zebra." in page
    assert "3 words read" in page
    one, _ = explained(call, word_writer, tmp_path / "one.html", "--text", "the")
    assert "Nothing stands before the only unit" in one


@pytest.mark.parametrize(
    ("fixture", "text", "cell"),
    [("tagger", TEXT, "C_t"), ("assistant", TEXT, "C_t"), ("writer", "the cat", "C_t")],
)
def test_a_walk_in_numbers(call, request, fixture, text, cell, tmp_path):
    folder = request.getfixturevalue(fixture)
    outcome = call("walk", folder, "--text", text, "--unit", 7, "--count", 2, "--out", tmp_path / "walk.html")
    assert outcome.code == 0, outcome.err
    assert re.search(r"Unit 7 of (words\.)?recurrent, layer 1 \(LSTM\) in numbers", outcome.out)
    assert f"{cell} = f_t · C_t-1 + i_t · C̃_t" in outcome.out
    if fixture != "writer":
        assert re.search(r"W_f x_t = .*\[(word|letters|casing) \d+\]", outcome.out), (
            "what a number of a word is"
        )
    labels = re.findall(r"^step \d: (\S+)", outcome.out, re.MULTILINE)
    assert labels == (list(text[:2]) if fixture == "writer" else text.split()[:2])
    assert (tmp_path / "walk.html").read_text().count("<h1>") == 1
    refused(call("walk", folder, "--text", text, "--unit", 99), "unit: expected 0 to")


@pytest.mark.parametrize(
    ("fixture", "arguments", "words"),
    [
        ("tagger", ("--text", TEXT, "--word", "8"), ("word: expected 1 to 7, got 8. Words count from 1.",)),
        ("tagger", ("--text", TEXT, "--word", "0"), ("word: expected 1 to 7, got 0",)),
        ("tagger", ("--text", "  "), ('text: expected at least one word, got "  ". Give a text.',)),
        (
            "tagger",
            ("--text", TEXT, "--show", "attention"),
            ("attention: expected a model with attention, got a tagger",),
        ),
        ("tagger", ("book.txt",), ("expected a text, got a file. A tagger is asked with --text.",)),
        (
            "plain_tagger",
            ("--text", "xyzzy plugh"),
            ("only unknown ones (xyzzy, plugh)", "the same for any others that are written so"),
        ),
        ("assistant", ("--text", TEXT, "--word", "9"), ("word: expected 1 to 7, got 9",)),
        ("assistant", ("--text", ""), ('text: expected at least one word, got "". Give a text.',)),
        ("assistant", ("book.txt",), ("A model of commands is asked with --text.",)),
        ("writer", ("--text", ""), ('text: expected at least one character, got "".',)),
        (
            "writer",
            ("--text", "the ☔ cat Q"),
            ('text: expected chars of the training text, got "☔", "Q". Leave them out',),
        ),
        (
            "writer",
            ("--text", "the", "--word", "1"),
            ("word: expected a model that gives each word a tag, got a writer. Leave the number of a word out.",),
        ),
        ("writer", ("--text", "the", "--show", "attention"), ("got a language model, which has none. Show surprise",)),
        ("writer", ("book.txt",), ("A language model is asked with --text.",)),
        ("word_writer", ("--text", "xyzzy plugh"), ('expected words of the training text, got "xyzzy", " plugh"',)),
    ],
)  # fmt: skip
def test_what_is_refused(call, request, tmp_path, fixture, arguments, words):
    out = tmp_path / "why.html"
    refused(call("explain", request.getfixturevalue(fixture), *arguments, "--out", out), *words)
    assert not out.exists()


SLIDE = """
<script>
const seen = Array.from(document.querySelectorAll(".stepped"), (group) => {
  const range = group.querySelector("input"), said = group.querySelector("output");
  range.value = "1"; range.dispatchEvent(new Event("input"));
  return said.textContent;
});
const overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
document.body.setAttribute("data-seen", JSON.stringify({seen, overflow, errors: window.trapped}));
</script>
"""
PROBE = """<script>onload = () => { const inner = document.querySelector("iframe").contentDocument.body;
  document.body.setAttribute("data-seen", inner.getAttribute("data-seen")); };</script></body>"""


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize(
    ("fixture", "text", "second"),
    [
        ("tagger", TEXT, "2: from · "),
        ("assistant", TEXT, "2: from · "),
        ("writer", "the cat", "2: h · "),
    ],
)
def test_the_pages_in_a_browser_and_on_a_phone(call, request, tmp_path, fixture, text, second):
    page, _ = explained(call, request.getfixturevalue(fixture), tmp_path / "why.html", "--text", text)
    assert complaints(browse(tmp_path, page, "--dump-dom")) == []
    open_page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', TRAP, page)
    inner = open_page.replace("</body>", SLIDE + "</body>").replace("&", "&amp;").replace('"', "&quot;")
    # Chromium's own window has a least width: a frame has none.
    frame = f'<body><iframe srcdoc="{inner}" style="width:360px;height:800px"></iframe>'
    run = browse(tmp_path, frame + PROBE, "--dump-dom")
    found = json.loads(unescape(re.search(r'<body data-seen="([^"]*)"', run.stdout)[1]))
    assert found["errors"] == []
    assert found["overflow"] <= 0
    assert len(found["seen"]) == 2
    assert all(said.startswith(second) for said in found["seen"]), found["seen"]
    if fixture == "writer":
        assert re.match(r"2: h · \d\.\d\d nats, expected: \S \d+\.\d %, ", found["seen"][0])
