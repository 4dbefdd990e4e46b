import dataclasses
import json

import numpy as np
import pytest
import torch

from hiddenstate.data.labels import LabelSettings
from hiddenstate.data.text_table import table_of
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.data.vectors import Vectors
from hiddenstate.errors import BundleError, InputError, SettingsError
from hiddenstate.models.text_classifier import TextModelSettings
from hiddenstate.seeding import seed_everything
from hiddenstate.tasks.classification_metrics import classification_metrics
from hiddenstate.tasks.classify import ClassifyTask
from hiddenstate.tasks.classify_settings import ClassifySettings
from hiddenstate.training import Trainer, TrainingSettings

NETWORK = TextModelSettings(hidden_size=8, embedding_size=8, embedding_dropout=0.0, output_dropout=0.0)
GOOD, BAD = "good great fine superb lovely".split(), "bad awful poor dire nasty".split()


def reviews(count: int = 60):
    random = np.random.default_rng(0)
    texts, labels = [], []
    for row in range(count):
        words, label = ((GOOD, "+"), (BAD, "-"))[row % 2]
        texts.append(f"the {random.choice(['film', 'plot', 'end'])} was {words[row // 2 % 5]} indeed")
        labels.append(label)
    return table_of(texts, labels)


def trained(task: ClassifyTask, table, epochs: int = 8):
    settings = TrainingSettings(epochs=epochs, batch_size=8, learning_rate=0.02)
    seed_everything(0, "weights")
    model = task.build_model()
    batches = task.batches(table, batch_size=8, seed=0)
    Trainer(settings).fit(model, task.loss, batches, task.validator(table))
    return model


@pytest.fixture(scope="module")
def fitted():
    task = ClassifyTask.fit(reviews(), ClassifySettings(), NETWORK)
    return task, trained(task, reviews())


def test_what_is_learnt_is_answered_with_the_word_that_decides(fitted):
    task, model = fitted
    result = task.predict([model], table_of(["the plot was Superb indeed", "the plot was nasty indeed"]))
    assert [result.labels[number] for number in result.predicted] == ["+", "-"]
    assert result.truth is None
    assert result.tokens[0] == ("the", "plot", "was", "Superb", "indeed")
    assert result.weights[0].sum() == pytest.approx(1.0, abs=1e-5)
    assert classification_metrics(task.predict([model], reviews()))["accuracy"] == 1.0


@pytest.mark.parametrize(
    "text", ["", "   ", "zzz qqq", "🙂🙂", "שלום עולם", "nul\0byte", "word " * 100_000], ids=range(7)
)
def test_strange_texts_have_an_answer(fitted, text):
    task, model = fitted
    result = task.predict([model], table_of([text]))
    assert result.probabilities.sum() == pytest.approx(1.0)
    assert result.predicted[0] in (0, 1)
    assert len(result.tokens[0]) == len(result.weights[0]) <= 1000


def test_no_texts_give_no_answers(fitted):
    task, model = fitted
    assert task.predict([model], table_of([])).probabilities.shape == (0, 2)


def test_a_long_text_in_training_is_cut_and_noted():
    table = reviews()
    long = table_of([*table.texts, "good " * 100_000], [*table.labels, "+"])
    task = ClassifyTask.fit(long, ClassifySettings(tokens=TokenSettings(longest=50)), NETWORK)
    assert "1 text(s) were cut after 50 tokens (tokens.longest)" in task.notes
    assert max(batch.words.shape[1] for batch in task.batches(long, batch_size=8, seed=0).epoch(1)) == 50


def test_a_text_does_not_depend_on_its_neighbours(fitted):
    task, model = fitted
    texts = ["good", "the film was dire indeed", "", "a b c d e f g h i j k"]
    together = task.predict([model], table_of(texts)).probabilities
    alone = [task.predict([model], table_of([text])).probabilities[0] for text in texts]
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_a_label_never_seen_counts_as_wrong_and_is_no_error(fitted):
    task, model = fitted
    result = task.predict([model], table_of(["the end was good indeed"] * 2, ["+", "neutral"]))
    assert result.truth.tolist() == [0, -1]
    assert classification_metrics(result)["accuracy"] == 0.5
    assert np.isfinite(task.validator(table_of(["good"], ["neutral"]))(model))


def test_one_class_and_no_labels_are_refused():
    with pytest.raises(InputError, match="at least 2 classes"):
        ClassifyTask.fit(table_of(["a", "b"], ["x", "x"]), ClassifySettings(), NETWORK)
    with pytest.raises(InputError, match="expected labels, got texts only"):
        ClassifyTask.fit(table_of(["a", "b"]), ClassifySettings(), NETWORK)


def test_stored_and_read_again_gives_the_same_probabilities():
    vectors = Vectors(("good", "bad", "unheard"), np.eye(3, 8, dtype=np.float32), "vectors.txt")
    network = TextModelSettings(**{**NETWORK.__dict__, "character_size": 4})
    task = ClassifyTask.fit(reviews(), ClassifySettings(), network, [vectors])
    model = trained(task, reviews(), epochs=1)
    task.calibrate([model], reviews())
    again = ClassifyTask.from_dict(json.loads(json.dumps(task.to_dict())), task.settings, network)
    copy = again.build_model()
    copy.load_state_dict(model.state_dict())
    texts = table_of(["good unheard", "goodness", "bad"])
    np.testing.assert_array_equal(
        task.predict([model], texts).probabilities, again.predict([copy], texts).probabilities
    )
    assert again.temperature == task.temperature != 1.0
    with pytest.raises(BundleError, match="expected a stored classification task"):
        ClassifyTask.from_dict({"labels": {}}, task.settings, network)


def test_pieces_of_words_are_answered_with_and_stored():
    settings = ClassifySettings(tokens=TokenSettings(unit="subword", subword_count=60))
    task = ClassifyTask.fit(reviews(), settings, NETWORK)
    model = trained(task, reviews(), epochs=1)
    again = ClassifyTask.from_dict(json.loads(json.dumps(task.to_dict())), settings, NETWORK)
    text = "the filmplot was Supergood"
    first, second = (one.predict([model], table_of([text])) for one in (task, again))
    np.testing.assert_array_equal(first.probabilities, second.probabilities)
    assert "".join(first.tokens[0]) == text.replace(" ", "")
    assert len(first.tokens[0]) == len(first.weights[0]) > 4


def test_words_that_only_the_vectors_have_are_not_unknown():
    matrix = np.random.default_rng(0).normal(size=(3, 8)).astype(np.float32)
    vectors = Vectors(("good", "Splendid", "horrid"), matrix, "vectors.txt")
    task = ClassifyTask.fit(
        reviews(), ClassifySettings(tokens=TokenSettings(lowercase=False)), NETWORK, [vectors]
    )
    assert task.coverage.found == 1
    encoded = task.encode(table_of(["good Horrid nowhere"]))
    embedded = task.build_model().embed.eval()(
        next(task.batches(table_of(["good Horrid nowhere"]), batch_size=1).epoch(1))
    )
    np.testing.assert_allclose(embedded[0, 0].detach(), matrix[0])
    np.testing.assert_allclose(embedded[0, 1].detach(), matrix[2])
    assert encoded.words[0][2] == 1


def test_vectors_stand_side_by_side():
    first = Vectors(("good", "bad"), np.ones((2, 3), np.float32), "a")
    second = Vectors(("good", "rest"), np.full((2, 2), 2.0, np.float32), "b")
    task = ClassifyTask.fit(reviews(), ClassifySettings(), NETWORK, [first, second])
    assert task.sizes.size == 5
    table = task.build_model().embed.table
    assert table[task.encoder.vocabulary.number("good")].tolist() == [1, 1, 1, 2, 2]


def test_two_heads_learn_a_hierarchy():
    texts = [
        f"{word} {number}" for number in range(10) for word in ("who", "which group", "when", "how many")
    ]
    labels = ["HUM:ind", "HUM:gr", "NUM:date", "NUM:count"] * 10
    table = table_of(texts, labels)
    task = ClassifyTask.fit(table, ClassifySettings(labels=LabelSettings(hierarchy=":")), NETWORK)
    coarse, fine = task.predict_levels([trained(task, table)], table)
    assert coarse.labels == ("HUM", "NUM")
    assert classification_metrics(coarse)["accuracy"] == classification_metrics(fine)["accuracy"] == 1.0


def test_several_labels_a_text():
    table = table_of(
        ["red", "blue", "red blue", "none"] * 10, ["r", "b", "r;b", ""] * 10, missing_labels="keep"
    )
    settings = ClassifySettings(labels=LabelSettings(separator=";"))
    task = ClassifyTask.fit(table, settings, NETWORK)
    model = trained(task, table, epochs=20)
    task.calibrate([model], table)
    result = task.predict([model], table_of(["red blue", "none", "blue"]))
    assert result.predicted.tolist() == [[True, True], [False, False], [True, False]]
    assert classification_metrics(task.predict([model], table))["exact"] == 1.0


def test_none_of_these_is_learnt_from_rows_outside(fitted):
    table = reviews()
    outside = table_of(["qqq zzz", "the plot", "www", "of"] * 3, ["other"] * 12)
    both = table_of([*table.texts, *outside.texts], [*table.labels, *outside.labels])
    task = ClassifyTask.fit(both, ClassifySettings(none_label="other"), NETWORK)
    assert task.labels.names == ("+", "-")
    model = trained(task, both)
    task.calibrate([model], both)
    assert task.threshold is not None
    result = task.predict([model], both)
    assert (np.asarray(result.predicted)[-12:] == -1).mean() > 0.9
    assert (np.asarray(result.predicted)[:-12] >= 0).mean() > 0.9


def test_members_are_averaged(fitted):
    task, model = fitted
    seed_everything(1, "weights")
    other = task.build_model()
    texts = table_of(["good", "bad film"])
    mean = task.predict([model, other], texts).probabilities
    parts = [task.predict([one], texts).probabilities for one in (model, other)]
    np.testing.assert_allclose(mean, np.mean(parts, axis=0), atol=1e-6)


def test_balanced_weights_and_smoothing_change_the_loss():
    table = table_of(["a b", "c d", "e f", "g h"], ["x", "x", "x", "y"])
    losses = []
    for change in ({}, {"class_weights": "balanced"}, {"label_smoothing": 0.3}):
        task = ClassifyTask.fit(table, ClassifySettings(**change), NETWORK)
        torch.manual_seed(0)
        model = task.build_model()
        losses.append(
            float(task.loss(model, next(task.batches(table, batch_size=4, seed=0).epoch(1))).detach())
        )
    assert len(set(losses)) == 3


def test_min_count_and_largest_vocabulary_bound_the_words():
    sizes = [
        ClassifyTask.fit(reviews(), ClassifySettings(**change), NETWORK).vocabulary_size
        for change in ({}, {"min_count": 10}, {"largest_vocabulary": 4})
    ]
    assert sizes[2] == 6
    assert sizes[2] < sizes[1] < sizes[0]


def test_validator_watches_what_the_settings_say(fitted):
    task, model = fitted
    wrong = table_of(["the plot was good indeed"] * 4, ["+", "+", "+", "-"])
    errors = ClassifyTask.fit(reviews(), ClassifySettings(watch="error"), NETWORK)
    assert errors.validator(wrong)(model) == pytest.approx(0.25, abs=0.1)
    assert task.validator(wrong)(model) > 0.5


def test_settings_out_of_range():
    with pytest.raises(SettingsError, match="members: expected 1 or more, got 0"):
        ClassifySettings(members=0)
    with pytest.raises(SettingsError, match="label_smoothing: expected a share"):
        ClassifySettings(label_smoothing=1.0)


def test_a_text_of_stop_words_alone_is_an_empty_one():
    settings = ClassifySettings(tokens=TokenSettings(stop_words="remove"))
    task = ClassifyTask.fit(reviews(), settings, NETWORK)
    seed_everything(0, "weights")
    result = task.predict([task.build_model()], table_of(["the was of", "", "not good"]))
    assert result.tokens == ((), (), ("not", "good"))
    np.testing.assert_allclose(result.probabilities[0], result.probabilities[1])


@pytest.fixture(scope="module")
def with_pairs():
    """Labels that hang on the order of two words, which counts of single words cannot tell."""
    table = table_of(
        ["truly not great", "not truly great", "dull not the end", "not dull the end"] * 8,
        ["a", "b", "b", "a"] * 8,
    )
    task = ClassifyTask.fit(table, ClassifySettings(), dataclasses.replace(NETWORK, word_pairs=True))
    return task, trained(task, table), table


def test_pairs_alone_learn_the_order_of_words(with_pairs):
    task, model, table = with_pairs
    batch = next(iter(task.batches(table, batch_size=32).epoch(1)))
    with torch.no_grad():
        output = model.eval()(batch)
    _, counted = output.apart
    assert (counted[-1].argmax(-1) == batch.targets[:, -1]).all()
    torch.testing.assert_close(output.logits[-1], (output.apart[0][-1] + counted[-1]) / 2)


def test_the_network_and_the_counts_learn_apart(with_pairs):
    task, model, table = with_pairs
    model.train()
    batch = next(iter(task.batches(table, batch_size=32).epoch(1)))
    output = model(batch)
    wanted = sum(
        torch.nn.functional.cross_entropy(logits[-1], batch.targets[:, -1]) for logits in output.apart
    )
    torch.testing.assert_close(task.loss(model, batch), wanted)


def test_pairs_survive_saving(with_pairs):
    task, model, table = with_pairs
    stored = json.loads(json.dumps(task.to_dict()))
    again = ClassifyTask.from_dict(stored, task.settings, task.network)
    restored = again.build_model()
    restored.load_state_dict(model.state_dict())
    np.testing.assert_array_equal(
        again.predict([restored], table).probabilities, task.predict([model], table).probabilities
    )
