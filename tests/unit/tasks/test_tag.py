"""The tagging task: tags to numbers and back, what the network learns, answers that keep to the scheme."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.story.tagged_files import flights

from hiddenstate.data.spans import repaired
from hiddenstate.data.tagged_table import table_of_texts, table_of_words
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.errors import BundleError, InputError, SettingsError
from hiddenstate.models.read_words import TaggerSettings
from hiddenstate.tasks.span_f1 import tagging_metrics
from hiddenstate.tasks.tag import TagTask
from hiddenstate.tasks.tag_set import TagSet, in_bio
from hiddenstate.tasks.tag_settings import TagSettings
from hiddenstate.training import Trainer, TrainingSettings

SMALL = TaggerSettings(
    hidden_size=16,
    embedding_size=16,
    character_size=8,
    casing_size=4,
    embedding_dropout=0.1,
    output_dropout=0.1,
)
TRAIN, TEST = flights(60), flights(30, seed=9)


def trained(network=SMALL, settings=None, epochs=12):
    task = TagTask.fit(TRAIN, settings or TagSettings(), network)
    torch.manual_seed(0)
    model = task.build_model()
    training = TrainingSettings(epochs=epochs, batch_size=4, learning_rate=0.02)
    Trainer(training).fit(model, task.loss, task.batches(TRAIN, batch_size=4, seed=0), None)
    return task, model


@pytest.mark.parametrize("output", ["softmax", "crf"])
@pytest.mark.parametrize("scheme", ["bio", "iobes"])
def test_a_small_network_learns_what_follows_from_and_to(output, scheme):
    task, model = trained(replace(SMALL, output=output), TagSettings(scheme=scheme))
    result = task.predict([model], TEST)
    assert tagging_metrics(result)["span_f1"] > 0.8
    assert all(repaired(row) == (list(row), 0) for row in result.tags)  # BIO without a fault
    assert all(((row > 0) & (row <= 1.0001)).all() for row in result.probabilities)


def test_answers_break_no_scheme_whatever_the_scores():
    task = TagTask.fit(TRAIN, TagSettings(), replace(SMALL, output="softmax"))
    model = task.build_model()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "head" in name:
                parameter.normal_(0, 20)
    for models in ([model], [model, task.build_model()]):
        tags = task.predict(models, TEST).tags
        assert all(repaired(row) == (list(row), 0) for row in tags)


def test_validation_falls_while_training_goes_well():
    task, model = trained()
    validate = task.validator(TEST)
    fresh = task.build_model().eval()
    assert validate(model.eval()) < validate(fresh)
    by_loss = TagTask.fit(TRAIN, TagSettings(watch="loss"), SMALL)
    assert by_loss.validator(TEST)(model) != validate(model)


def test_one_by_one_equals_all_together_and_no_word_is_no_problem():
    task, model = trained(epochs=1)
    together = task.predict([model], TEST)
    for row in (0, 7):
        alone = task.predict([model], TEST.take([row]))
        assert alone.tags[0] == together.tags[row]
        np.testing.assert_allclose(alone.probabilities[0], together.probabilities[row], atol=1e-5)
    texts = table_of_texts(["", "From Boston!", " \t "], TokenSettings())
    result = task.predict([model], texts)
    assert [len(row) for row in result.tags] == [0, 3, 0]
    assert [texts.texts[1][start:stop] for start, stop in result.words[1]] == ["From", "Boston", "!"]
    assert task.predict([model], texts.take([])).tags == ()


def test_a_stored_task_answers_the_same():
    task, model = trained(epochs=1)
    again = TagTask.from_dict(task.to_dict(), task.settings, task.network)
    assert again.predict([model], TEST).tags == task.predict([model], TEST).tags
    with pytest.raises(BundleError, match="damaged"):
        TagTask.from_dict({"tags": {}}, task.settings, task.network)


def test_casing_letters_and_digits_reach_the_network():
    task, _ = trained(epochs=1)
    encoded = task.encode(table_of_words([["Boston", "boston", "b7"]], None, "x"))
    assert encoded.casing[0].tolist() == [1, 0, 5]
    assert encoded.words[0][0] == encoded.words[0][1]
    assert encoded.form_grams is not None
    lower = replace(SMALL, casing_size=0)
    assert TagTask.fit(TRAIN, TagSettings(), lower).build_model().words.casing is None


def test_tags_never_seen_are_left_out_of_the_loss():
    task, model = trained(replace(SMALL, output="crf"), epochs=1)
    odd = table_of_words([["to", "boston"], ["x"]], [["O", "B-via"], ["B-via"]], "x")
    assert task.encode(odd).tags[0].tolist() == [0, -1]
    (batch,) = task.batches(odd, batch_size=2).epoch(1)
    assert task.loss(model, batch).item() == 0.0
    assert task.tags.unseen(odd.tags) == {"B-via": 2}


def test_tags_without_spans():
    tags = TagSet.fit([["NOUN", "X"]])
    assert (tags.scheme, tags.names) == ("plain", ("NOUN", "X"))
    assert tags.decode([1, 0]) == ("X", "NOUN")
    with pytest.raises(InputError, match="at least two different ones, got X"):
        TagSet.fit([["X"]])
    with pytest.raises(SettingsError, match='expected tags such as "B-LOC" for "iobes"'):
        TagSet.fit([["NOUN", "X"]], "iobes")
    assert TagSet.fit([["B-A", "O"]], "plain").names == ("B-A", "O")


def test_iobes_and_the_older_form_are_read_as_bio():
    table = in_bio(table_of_words([["a", "b", "c"]], [["I-A", "I-A", "S-B"]], "x"))
    assert table.tags == (("B-A", "I-A", "B-B"),)
    assert table.notes == (
        "1 span(s) began with an I or E tag that followed nothing of its name; read as a beginning",
    )
    plain = table_of_words([["a"]], [["NOUN"]], "x")
    assert in_bio(plain) is plain


def test_settings_that_would_lose_words_are_refused():
    with pytest.raises(SettingsError, match='whole words for tags, got "subword"'):
        TagSettings(tokens=TokenSettings(unit="subword"))
    with pytest.raises(SettingsError, match="so none is taken out"):
        TagSettings(tokens=TokenSettings(stop_words="remove"))
    with pytest.raises(SettingsError, match="members: expected 1 or more"):
        TagSettings(members=0)
    with pytest.raises(SettingsError, match="casing_size: expected 0 or more"):
        TaggerSettings(casing_size=-1)
