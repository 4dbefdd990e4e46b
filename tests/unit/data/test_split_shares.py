import pytest

from hiddenstate.data.book import BookSplitSettings
from hiddenstate.data.text_split import TextSplitSettings
from hiddenstate.data.utterance_split import UtteranceSplitSettings
from hiddenstate.errors import SettingsError

SETTINGS = [
    (BookSplitSettings, "text to learn from"),
    (TextSplitSettings, "rows to train on"),
    (UtteranceSplitSettings, "rows to train on"),
]


@pytest.mark.parametrize(("settings", "left"), SETTINGS)
def test_what_is_no_share_or_leaves_nothing_is_refused(settings, left):
    with pytest.raises(SettingsError, match=r"split\.test: expected a share from 0 to below 1, got 1\.0"):
        settings(test=1.0)
    with pytest.raises(
        SettingsError, match=r"split\.validation: expected a share from 0 to below 1, got -0\.1"
    ):
        settings(validation=-0.1)
    with pytest.raises(SettingsError, match=f"split: expected shares that leave {left}, got 1 or more"):
        settings(validation=0.5, test=0.5)


@pytest.mark.parametrize(("settings", "left"), SETTINGS)
def test_a_test_file_takes_no_share(settings, left):
    assert settings(validation=0.9, test="other").test_share == 0.0
