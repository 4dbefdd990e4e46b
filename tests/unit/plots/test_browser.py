"""The page in a real browser; skips where Chromium is absent."""

import json
import re
import shutil
import subprocess
from html import unescape

import pytest

from hiddenstate.plots import (
    Chart,
    Details,
    Page,
    Text,
    Verdict,
    attention_words,
    confident_errors,
    confusion_matrix,
    error_by_hour,
)
from hiddenstate.plots.theme import LIGHT
from hiddenstate.tasks.classification_metrics import confusion

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking --no-first-run "
    "--disable-component-update --disable-sync --window-size=1280,900 --enable-logging=stderr --v=0"
).split()
DRIVER = """
<script>
const seen = {};
const drawing = document.querySelector(".drawing.wide svg");
const press = (key) => drawing.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
const say = document.getElementById("say");
seen.tabindex = drawing.getAttribute("tabindex");
seen.hidden = say.hidden;
press("ArrowRight"); seen.first = say.textContent;
press("ArrowRight"); seen.second = say.textContent;
press("ArrowLeft"); seen.back = say.textContent;
seen.lit = document.querySelectorAll(".drawing .on").length;
press("Escape"); seen.closed = say.hidden;
const mark = drawing.querySelectorAll("[data-say]")[12].getBoundingClientRect();
drawing.dispatchEvent(new PointerEvent("pointermove", {clientX: mark.left + 2, clientY: mark.top + 40, bubbles: true}));
seen.pointed = say.textContent;
drawing.dispatchEvent(new PointerEvent("pointerleave", {pointerType: "touch"})); seen.lifted = say.hidden;
document.body.dispatchEvent(new PointerEvent("pointerdown", {bubbles: true})); seen.elsewhere = say.hidden;
const matrix = document.querySelectorAll(".drawing.wide svg")[1];
const named = (mark) => mark.dataset.say.startsWith("truth LOC | answer LOC");
const cell = Array.from(matrix.querySelectorAll("[data-say]")).find(named);
const box = cell.getBoundingClientRect();
seen.cell = [0.1, 0.9].map((part) => {
  const at = {clientX: box.left + part * box.width, clientY: box.top + part * box.height};
  matrix.dispatchEvent(new PointerEvent("pointermove", at));
  return say.textContent;
});
seen.outlined = getComputedStyle(cell).opacity;
seen.words = ["5", "2"].map((level) => {
  const word = document.querySelector(".words .heat-" + level);
  return [getComputedStyle(word).backgroundColor, word.title];
});
matrix.dispatchEvent(new PointerEvent("pointerleave"));
seen.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
seen.phone = getComputedStyle(document.querySelector(".drawing.phone")).display;
seen.width = drawing.getBoundingClientRect().width;
window.dispatchEvent(new Event("beforeprint"));
seen.unfolded = document.querySelector("details").open;
seen.errors = window.trapped;
document.body.setAttribute("data-seen", JSON.stringify(seen));
</script>
"""
TRAP = "<script>window.trapped = []; window.onerror = (text) => { window.trapped.push(text) };</script>"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def html(demand, questions):
    forecast, baselines = demand
    sections = [
        Verdict("v"),
        Chart(error_by_hour(forecast, baselines, unit="MW")),
        Chart(confusion_matrix(questions.labels, confusion(questions))),
        attention_words(questions),
        confident_errors(questions),
        Details("More", [Text("t", ["p"])]),
    ]
    return Page("Demand", "test", sections).html()


def rgb(name):
    """A colour of the light theme as a browser says it."""
    return f"rgb({', '.join(str(int(LIGHT[name][place : place + 2], 16)) for place in (1, 3, 5))})"


def browse(tmp_path, html, *flags):
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    return subprocess.run(
        [
            CHROMIUM,
            *FLAGS,
            f"--user-data-dir={tmp_path / 'profile'}",
            *flags,
            f"file://{tmp_path / 'page.html'}",
        ],
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )


def complaints(run):
    return [line for line in run.stderr.splitlines() if "CONSOLE" in line]


def test_the_page_opens_without_a_complaint_in_the_console(tmp_path, html):
    run = browse(tmp_path, html, "--dump-dom")
    assert complaints(run) == []
    assert re.search(r'<svg[^>]*tabindex="0"', run.stdout), "the script ran under the page's own policy"


def test_the_console_would_show_a_refused_script(tmp_path, html):
    run = browse(tmp_path, html.replace("</main>", "</main><script>1</script>"), "--dump-dom")
    assert len(complaints(run)) == 1, "the check above can fail"


def test_values_are_read_out_by_keys_and_pointer(tmp_path, html):
    # The driver is a second script, which the policy would refuse: take the policy out for this test.
    open_page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', TRAP, html)
    run = browse(tmp_path, open_page.replace("</body>", DRIVER + "</body>"), "--dump-dom")
    seen = json.loads(unescape(re.search(r'data-seen="([^"]*)"', run.stdout)[1]))
    assert seen["errors"] == []
    assert seen["tabindex"] == "0"
    assert (seen["hidden"], seen["closed"]) == (True, True)
    assert seen["first"].startswith("00:00 to 00:59")
    assert seen["second"].startswith("01:00 to 01:59")
    assert seen["back"] == seen["first"]
    assert seen["lit"] == 1
    assert seen["pointed"].startswith("12:00 to 12:59")
    assert "weekly naive" in seen["pointed"]
    assert (seen["lifted"], seen["elsewhere"]) == (False, True)
    # Both corners of a cell of the matrix read out that cell, not a neighbour.
    assert [text.startswith("truth LOCanswer LOC") for text in seen["cell"]] == [True, True]
    assert seen["outlined"] == "1"
    assert [word[0] for word in seen["words"]] == [rgb("heat_5"), rgb("heat_2")]
    assert seen["words"][0][1].endswith("% of the attention")
    assert seen["overflow"] <= 0
    assert (seen["phone"], seen["width"] > 900) == ("none", True)
    assert seen["unfolded"] is True
