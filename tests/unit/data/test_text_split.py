from collections import Counter

import pytest

from hiddenstate.data.text_split import TextSplitSettings, find_leak, split_texts
from hiddenstate.data.text_table import table_of
from hiddenstate.errors import InputError, SettingsError


def many(rows: int = 300):
    labels = ["rare" if row % 10 == 0 else "common" for row in range(rows)]
    return table_of([f"text {row}" for row in range(rows)], labels)


def test_each_label_keeps_its_share_and_no_row_is_lost():
    table = many()
    split = split_texts(table, TextSplitSettings(validation=0.2, test=0.1))
    assert sorted(split.train.texts + split.validation.texts + split.test.texts) == sorted(table.texts)
    assert Counter(split.validation.labels)["rare"] in (6, 7)
    assert len(split.validation) in range(58, 63)
    assert len(split.test) in range(28, 33)


def test_the_same_seed_cuts_the_same_and_another_does_not():
    first, same = (split_texts(many(), TextSplitSettings(seed=1)) for _ in range(2))
    assert first.validation.texts == same.validation.texts
    assert split_texts(many(), TextSplitSettings(seed=2)).validation.texts != first.validation.texts


def test_a_text_that_stands_twice_stays_in_one_part():
    texts = [f"text {row // 2}" if row % 2 else f"TEXT  {row // 2}" for row in range(200)]
    split = split_texts(table_of(texts, ["a", "b"] * 100), TextSplitSettings(validation=0.3))
    assert not find_leak(split.train, split.validation).rows


def test_a_class_with_one_row_goes_to_train():
    table = table_of([*many().texts, "alone"], [*many().labels, "single"])
    for seed in range(5):
        assert "single" in split_texts(table, TextSplitSettings(validation=0.5, seed=seed)).train.labels


def test_a_leak_is_counted_and_said():
    train = table_of(["Who is it ?", "Where ?"], ["a", "b"])
    test = table_of(["who is  it ?", "where ?", "new", ""], ["a", "c", "a", "b"])
    leak = find_leak(train, test)
    assert leak.rows == (0, 1)
    assert leak.conflicting == 1
    assert str(leak).startswith("LEAK: 2 of 4 test texts (50.0 %) also stand in the training rows, 1 of them")


@pytest.mark.shared
def test_ten_questions_of_trec_leak(shared_data):
    from hiddenstate.data.text_table import load_trec

    train, test = (load_trec(shared_data / "trec" / f"{part}.label") for part in ("train", "test"))
    assert len(find_leak(train, test).rows) >= 10


def test_a_part_without_rows_is_refused():
    with pytest.raises(InputError, match="expected rows for validation, got none of 2"):
        split_texts(table_of(["x", "y"], ["a", "b"]), TextSplitSettings())


def test_shares_that_leave_nothing_to_train_on():
    with pytest.raises(SettingsError, match="leave rows to train on"):
        TextSplitSettings(validation=0.5, test=0.5)
