import numpy as np
import pytest
import torch

from hiddenstate.data.text_batches import TextBatch
from hiddenstate.errors import SettingsError, ShapeError
from hiddenstate.models.embed import Embed, EmbedSizes
from hiddenstate.models.pool import TEXT_POOLS
from hiddenstate.models.text_classifier import TextClassifier, TextModelSettings

SMALL = TextModelSettings(hidden_size=6, embedding_size=5)
SIZES = EmbedSizes(words=10, size=5)


def batch_of(rows: list[list[int]], longest: int | None = None) -> TextBatch:
    longest = longest or max(map(len, rows), default=0)
    words = torch.zeros(len(rows), longest, dtype=torch.int64)
    for place, row in enumerate(rows):
        words[place, : len(row)] = torch.tensor(row, dtype=torch.int64)
    lengths = torch.tensor([len(row) for row in rows])
    return TextBatch(words, lengths, torch.zeros(len(rows), 1, dtype=torch.int64), torch.arange(len(rows)))


def settings(**changes) -> TextModelSettings:
    return TextModelSettings(**{**SMALL.__dict__, **changes})


@pytest.mark.parametrize("pool", TEXT_POOLS)
@pytest.mark.parametrize("bidirectional", [True, False])
def test_shapes_padding_and_empty_texts(pool, bidirectional):
    torch.manual_seed(0)
    model = TextClassifier(SIZES, (3, 7), settings(pool=pool, bidirectional=bidirectional)).eval()
    rows = [[2, 3, 4], [5], []]
    with torch.no_grad():
        together = model(batch_of(rows, longest=6))
    assert [tuple(logits.shape) for logits in together.logits] == [(3, 3), (3, 7)]
    assert together.attention.shape == (3, 6)
    for place, row in enumerate(rows):
        with torch.no_grad():
            alone = model(batch_of([row], longest=max(len(row), 1)))
        torch.testing.assert_close(alone.logits[1][0], together.logits[1][place])
        if row:
            assert float(together.attention[place].sum()) == pytest.approx(1.0)
    assert not together.attention[2].any()
    assert not together.attention[1, 1:].any()


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ({"cell": "gru"}, None),
        ({"num_layers": 2}, None),
        ({"hidden_size": 7}, None),
        ({"bidirectional": False}, None),
        ({"pool": "max"}, None),
        ({"attention": "general"}, None),
        ({"embedding_size": 5}, 0),
    ],
)
def test_each_setting_of_size_changes_the_parameters(change, count):
    def parameters(chosen):
        sizes = EmbedSizes(words=10, size=chosen.embedding_size)
        return sum(p.numel() for p in TextClassifier(sizes, (3,), chosen).parameters())

    assert (parameters(settings(**change)) == parameters(SMALL)) == (count == 0)


@pytest.mark.parametrize(
    "name",
    [
        "word_dropout",
        "embedding_dropout",
        "output_dropout",
        "recurrent_dropout",
        "between_layers_dropout",
        "zoneout",
    ],
)
def test_each_dropout_changes_training_and_nothing_else(name):
    off = dict.fromkeys(
        [
            "word_dropout",
            "embedding_dropout",
            "output_dropout",
            "recurrent_dropout",
            "between_layers_dropout",
            "zoneout",
        ],
        0.0,
    )
    model = TextClassifier(SIZES, (3,), settings(num_layers=2, **{**off, name: 0.6}))
    batch = batch_of([[2, 3, 4, 5, 6, 7]])
    model.eval()
    assert torch.equal(model(batch).logits[0], model(batch).logits[0])
    model.train()
    assert any(not torch.equal(model(batch).logits[0], model(batch).logits[0]) for _ in range(3))


def test_frozen_vectors_and_further_words_never_change():
    matrix = np.random.default_rng(0).normal(size=(14, 5)).astype(np.float32)
    sizes = EmbedSizes(words=10, further=4, size=5, from_file=True)
    model = TextClassifier(sizes, (3,), settings(fine_tune=False), matrix)
    model(batch_of([[2, 11, 13]])).logits[0].sum().backward()
    assert model.embed.table.grad is None
    assert model.embed.further.grad is None
    embedded = model.embed(batch_of([[2, 11, 13]]))
    np.testing.assert_allclose(embedded[0].detach(), matrix[[2, 11, 13]])


def test_fine_tuning_reaches_the_words_that_were_read_alone():
    matrix = np.random.default_rng(0).normal(size=(14, 5)).astype(np.float32)
    embed = Embed(EmbedSizes(words=10, further=4, size=5), matrix=matrix)
    embed(batch_of([[2, 11, 0, 3]])).pow(2).sum().backward()
    assert embed.table.grad.abs().sum(1).nonzero().flatten().tolist() == [2, 3]


def test_members_share_the_further_words_and_not_the_others():
    matrix = np.ones((14, 5), dtype=np.float32)
    sizes = EmbedSizes(words=10, further=4, size=5)
    first, second = (Embed(sizes, matrix=matrix) for _ in range(2))
    assert first.further.data_ptr() == second.further.data_ptr()
    assert first.table.data_ptr() != second.table.data_ptr()


def test_character_features_are_the_mean_of_the_grams_and_zero_without():
    embed = Embed(EmbedSizes(words=10, size=5, grams=4, gram_size=3))
    batch = batch_of([[2, 1]])._replace(
        forms=torch.tensor([[0, 1]]), grams=torch.tensor([1, 3]), gram_starts=torch.tensor([0, 2])
    )
    features = embed(batch)[0, :, 5:]
    torch.testing.assert_close(features[0], embed.gram_table[[1, 3]].mean(0))
    assert not features[1].any()


def test_word_dropout_leaves_padding_alone():
    embed = Embed(EmbedSizes(words=10, size=5), word_dropout=0.9)
    embedded = embed(batch_of([[2] * 50], longest=60))[0]
    unknown = (embedded == embed.table[1]).all(-1)
    assert 30 <= int(unknown[:50].sum()) <= 50
    assert not embedded[50:].any()


def test_wrong_names_and_shapes():
    with pytest.raises(SettingsError, match=r'got "maximum"\. Did you mean "max"'):
        TextClassifier(SIZES, (3,), settings(pool="maximum"))
    with pytest.raises(SettingsError, match=r'got "aditive"\. Did you mean "additive"'):
        TextClassifier(SIZES, (3,), settings(attention="aditive"))
    with pytest.raises(ShapeError, match=r"expected shape \(10, 5\), got \(9, 5\)"):
        Embed(SIZES, matrix=np.zeros((9, 5), np.float32))
    with pytest.raises(SettingsError, match="at least one class at each level"):
        TextClassifier(SIZES, (3, 0), SMALL)
    with pytest.raises(SettingsError, match="hidden_size: expected 1 or more, got 0"):
        settings(hidden_size=0)


@pytest.mark.parametrize("word_dropout", [0.0, 0.4])
@pytest.mark.parametrize("characters", [False, True])
def test_each_different_word_once_gives_the_same_vectors_and_gradients(characters, word_dropout):
    torch.manual_seed(0)
    sizes = EmbedSizes(words=10, size=5, further=2, grams=6, gram_size=3 if characters else 0)
    matrix = np.random.default_rng(0).normal(size=(12, 5)).astype(np.float32)
    embed = Embed(sizes, matrix=matrix, word_dropout=word_dropout)
    batch = batch_of([[2, 3, 4, 3], [5, 2], [1, 1, 11], []])
    if characters:  # the two unknown words are different forms
        forms = torch.tensor([[1, 2, 3, 2], [4, 1, 0, 0], [5, 6, 7, 0], [0, 0, 0, 0]])
        starts = torch.tensor([0, 0, 1, 2, 3, 4, 6, 7])
        grams = torch.tensor([0, 1, 2, 3, 4, 5, 0, 1])
        batch = batch._replace(forms=forms, grams=grams, gram_starts=starts)
    weights = torch.randn(4, 4, embed.output_size)
    found = []
    for read in (embed, lambda each: embed.distinct(each).steps()):
        torch.manual_seed(1)  # the same words are dropped
        vectors = read(batch)
        learning = [p for p in embed.parameters() if p.requires_grad]
        found.append([vectors, *torch.autograd.grad((vectors * weights).sum(), learning)])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other)
    assert len(embed.distinct(batch).inputs) < batch.words.numel()


def test_a_model_without_dropout_multiplies_each_different_word_once(monkeypatch):
    model = TextClassifier(SIZES, (3,), settings(embedding_dropout=0.5))
    counted = []
    distinct = model.embed.distinct
    monkeypatch.setattr(model.embed, "distinct", lambda batch: counted.append(1) or distinct(batch))
    batch = batch_of([[2, 3, 4], [5]])
    model.train()(batch)
    assert not counted, "dropout makes every occurrence another input"
    by_word = model.eval()(batch).logits[0]
    assert len(counted) == 1
    outputs, _ = model.recurrent(model.embed(batch), batch.lengths)
    context, _ = model.pool(outputs, torch.tensor([[True, True, True], [True, False, False]]))
    torch.testing.assert_close(by_word, model.heads(context)[0])
