"""A file added later belongs to the bundle like all others."""

import pytest

from hiddenstate.bundle import add_file, open_bundle, save_bundle
from hiddenstate.errors import BundleError


def test_it_can_be_read_and_is_guarded_by_its_digest(saved):
    add_file(saved, "notes.json", b"[1]")
    assert open_bundle(saved).read("notes.json") == b"[1]"
    (saved / "notes.json").write_bytes(b"[2]")
    with pytest.raises(BundleError, match="expected the contents that were saved"):
        open_bundle(saved)


def test_an_earlier_one_is_replaced_and_the_rest_stays(saved):
    before = open_bundle(saved)
    add_file(saved, "parity.json", b'{"passed": true}')
    after = open_bundle(saved)
    assert after.read("parity.json") == b'{"passed": true}'
    assert set(after.files) == set(before.files)
    assert after.files["card.md"] == before.files["card.md"]


def test_a_bundle_with_an_addition_can_be_replaced(saved, contents):
    add_file(saved, "notes.json", b"[1]")
    save_bundle(saved, contents, force=True)
    assert "notes.json" not in open_bundle(saved).files


@pytest.mark.parametrize("name", ["weights.safetensors", "manifest.json", "../outside.json"])
def test_what_a_bundle_consists_of_cannot_be_added(saved, name, tree):
    before = tree(saved)
    with pytest.raises(BundleError, match="expected a name that is free for additions"):
        add_file(saved, name, b"")
    assert tree(saved) == before
