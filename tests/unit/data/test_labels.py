import numpy as np
import pytest

from hiddenstate.data.labels import Labels, LabelSettings
from hiddenstate.errors import InputError, SettingsError


def test_stray_spaces_are_taken_off_and_noted():
    labels = Labels.fit(["spam ", "ham", " spam", "ham"])
    assert labels.names == ("ham", "spam")
    assert labels.encode(["  ham"]).tolist() == [[0]]
    assert any("2 label(s) had white space" in note for note in labels.notes)


def test_variants_of_case_are_reported_with_an_offer_to_merge():
    labels = Labels.fit(["Spam", "spam", "spam", "ham"])
    assert labels.names == ("Spam", "ham", "spam")
    assert any('"spam" (2) and "Spam" (1)' in note and "merge_variants" in note for note in labels.notes)


def test_variants_are_merged_under_the_most_frequent_spelling():
    labels = Labels.fit(["Spam", "spam", "spam", "ham"], LabelSettings(merge_variants=True))
    assert labels.names == ("ham", "spam")
    assert labels.encode(["Spam", "SPAM"]).tolist() == [[1], [1]]
    again = Labels.from_dict(labels.to_dict(), labels.settings)
    assert again.encode(["SPAM"]).tolist() == [[1]]


def test_one_class_only_is_refused():
    with pytest.raises(InputError, match='at least 2 classes, got only "spam"'):
        Labels.fit(["spam", "spam"])


def test_a_class_with_one_row_is_noted():
    labels = Labels.fit(["a", "a", "b"])
    assert any('single training row and are hardly learnt: "b"' in note for note in labels.notes)


def test_a_label_never_seen_in_training():
    labels = Labels.fit(["a", "b"])
    assert labels.encode(["c"]).tolist() == [[-1]]
    assert labels.unseen(["c", "c", "a"]) == {"c": 2}


def test_hierarchy_keeps_the_coarse_class_of_an_unseen_fine_one():
    labels = Labels.fit(["HUM:ind", "HUM:gr", "NUM:date"], LabelSettings(hierarchy=":"))
    assert labels.levels[0] == ("HUM", "NUM")
    assert labels.encode(["HUM:title"]).tolist() == [[0, -1]]


def test_several_labels_a_text():
    labels = Labels.fit(["a;b", "b", ""], LabelSettings(separator=";"))
    assert labels.multi
    np.testing.assert_array_equal(labels.encode(["b; a", "", "c"]), [[1, 1], [0, 0], [0, 0]])


def test_separator_and_hierarchy_exclude_each_other():
    with pytest.raises(SettingsError, match="separator or hierarchy, got both"):
        LabelSettings(separator=";", hierarchy=":")
