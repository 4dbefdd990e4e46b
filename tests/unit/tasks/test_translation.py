import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.data.joint_pieces import JointPieces
from hiddenstate.data.pairs import PairTable
from hiddenstate.errors import InputError
from hiddenstate.models.encoder_decoder import TranslatorSettings
from hiddenstate.tasks.moses import moses_lower
from hiddenstate.tasks.translate import LOSS_SHARE, TranslateTask
from hiddenstate.tasks.translate_settings import TranslateSettings
from hiddenstate.tasks.translation_baselines.nearest_pair import NearestPair
from hiddenstate.tasks.translation_metrics import translation_metrics
from hiddenstate.tasks.translation_verdict import judge_translations

PIECES = JointPieces.fit(["two dogs play in the snow.", "zwei Hunde spielen im Schnee, #1 ##"] * 2, count=80)


@given(st.text(alphabet="twodgs playinhe.Hund,#1", max_size=30))
def test_known_characters_come_back_as_they_were(text):
    assert PIECES.decode(PIECES.encode([text])[0]) == " ".join(text.split())
    assert PIECES.unknown(text) == []


def test_characters_never_seen_are_named():
    assert PIECES.unknown("two ☃ dogs")[-1] == "☃"


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Ein Mann, der im 2,5-Liter-Auto sitzt.", "ein mann , der im 2,5 - liter - auto sitzt ."),
        ("„Halt!“, sagt sie...", '" halt ! " , sagt sie ...'),
        ("z.B. um 10.30 Uhr", "z.b. um 10.30 uhr"),
    ],
)
def test_tokens_of_the_older_protocol(text, tokens):
    assert moses_lower(text) == tokens


def test_a_perfect_answer_has_full_marks_and_case_counts_where_it_should():
    truth = ["Zwei Hunde spielen im Schnee.", "Ein Mann fährt Rad auf dem Hof."]
    assert all(value == pytest.approx(1.0) for value in translation_metrics(truth, truth).values())
    lower = translation_metrics([text.lower() for text in truth], truth)
    assert lower["bleu"] < 0.9
    assert lower["bleu_lower"] == lower["bleu_moses"] == pytest.approx(1.0)


def test_the_nearest_pair_is_the_one_with_most_in_common():
    table = PairTable("", ("a dog runs", "a cat sleeps"), ("Hund", "Katze"))
    assert NearestPair().fit(table).predict(["the cat sleeps", "one dog"]) == ("Katze", "Hund")


def test_the_verdict_needs_a_clear_difference():
    random = np.random.default_rng(0)
    base = random.uniform(0.3, 0.5, 200)
    better = judge_translations("LSTM", {"LSTM": base + 0.1, "copy of the source": base})
    assert better.level == "better"
    assert "beats the best baseline (copy of the source) by 10.0 points of chrF" in better.text
    worse = judge_translations("LSTM", {"LSTM": base - 0.1, "copy of the source": base})
    assert worse.text.startswith("Do not use a recurrent network here")
    with pytest.raises(InputError, match="of a baseline"):
        judge_translations("LSTM", {"LSTM": base})


@pytest.mark.parametrize("watch", ["loss", "bleu"])
def test_what_is_watched_decides_between_epochs(watch):
    texts = ["two dogs play in the snow.", "a man rides in the yard."]
    table = PairTable("pairs", tuple(texts), tuple(texts))
    task = TranslateTask.fit(
        table,
        TranslateSettings(pieces=60, watch=watch, label_smoothing=0.0),
        TranslatorSettings(hidden_size=8, embedding_size=8),
    )
    torch.manual_seed(0)
    model = task.build_model().eval()
    (batch,) = task.batches(table, batch_size=8).epoch(1)
    with torch.no_grad():
        value, loss = task.validator(table)(model), float(task.loss(model, batch))
    # Nothing is learnt yet: what is written has no word in common with the truth.
    assert value == pytest.approx(loss if watch == "loss" else 1.0 + LOSS_SHARE * loss, rel=1e-5)
