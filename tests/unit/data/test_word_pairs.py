from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.data.word_pairs import UNSEEN_PAIR, WordPairs

TEXTS = [["how", "many", "legs"], ["how", "many", "arms"], ["many", "legs"]]


def test_a_pair_is_a_word_and_the_one_before_it():
    pairs = WordPairs.fit(TEXTS)
    numbers = pairs.encode([["how", "many", "legs"]])[0]
    assert [pairs.pairs[number - 1] for number in numbers] == [("", "how"), ("how", "many"), ("many", "legs")]


def test_the_order_of_two_words_matters():
    numbers = WordPairs.fit(TEXTS).encode([["legs", "many"]])[0]
    assert numbers.tolist() == [UNSEEN_PAIR, UNSEEN_PAIR]


def test_rare_pairs_are_left_out():
    assert set(WordPairs.fit(TEXTS, min_count=2).pairs) == {("", "how"), ("how", "many"), ("many", "legs")}


@given(st.lists(st.lists(st.text(max_size=3), max_size=5), max_size=5))
def test_stored_pairs_encode_the_same(texts):
    pairs = WordPairs.fit(texts)
    again = WordPairs.from_dict(pairs.to_dict())
    assert [row.tolist() for row in again.encode(texts)] == [row.tolist() for row in pairs.encode(texts)]
    assert [len(row) for row in pairs.encode(texts)] == [len(text) for text in texts]
    assert all((row != UNSEEN_PAIR).all() for row in pairs.encode(texts))
