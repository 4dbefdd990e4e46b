import sys

import pytest

from hiddenstate.data.own_vectors import train_vectors
from hiddenstate.data.tokenizer import Tokenizer
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.errors import ExtraError
from hiddenstate.extras import needed


def test_a_package_that_is_absent_is_named_with_what_installs_it():
    with pytest.raises(ExtraError) as caught:
        needed("no_such_package.part", extra="text", purpose="cutting")
    assert (
        str(caught.value)
        == "cutting: expected the package no_such_package, got none. Run: pip install 'hiddenstate[text]'"
    )


def test_a_package_that_is_there_but_broken_shows_its_own_error(tmp_path, monkeypatch):
    (tmp_path / "half_there.py").write_text("import something_that_is_missing")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="something_that_is_missing"):
        needed("half_there", extra="text", purpose="cutting")


@pytest.mark.parametrize(
    ("package", "act"),
    [
        ("tokenizers", lambda: Tokenizer.fit(["a"], TokenSettings(unit="subword"))),
        ("gensim", lambda: train_vectors(["a a"])),
    ],
)
def test_text_without_its_extra_says_what_to_install(monkeypatch, package, act):
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ExtraError, match=rf"{package}, got none\. Run: pip install 'hiddenstate\[text\]'"):
        act()
