import pytest

from hiddenstate.data.characters import Characters, CharacterSettings, pieces_of
from hiddenstate.errors import SettingsError


def test_beginnings_and_ends_are_marked():
    pieces = pieces_of("cat", CharacterSettings(shortest=2, longest=3))
    assert pieces == ["<c", "ca", "at", "t>", "<ca", "cat", "at>"]


def test_a_word_never_seen_shares_the_pieces_of_those_it_resembles():
    characters = Characters.fit(["walking", "talking"], CharacterSettings(shortest=4, longest=4))
    known, stranger, empty = characters.encode(["walking", "stalking", "zzz"])
    assert set(stranger) & set(known)
    assert len(empty) == 0


def test_a_piece_of_a_single_word_does_not_count():
    characters = Characters.fit(
        ["walk", "talk", "xylo"], CharacterSettings(shortest=3, longest=3, min_count=2)
    )
    assert set(characters.grams) == {"alk", "lk>"}


def test_endless_words_have_few_pieces():
    assert len(pieces_of("a" * 100_000, CharacterSettings())) < 200


def test_stored_and_read_again():
    settings = CharacterSettings(min_count=1)
    characters = Characters.fit(["naïve", "שלום", "🙂"], settings)
    again = Characters.from_dict(characters.to_dict(), settings)
    assert [list(row) for row in again.encode(["naïf"])] == [list(row) for row in characters.encode(["naïf"])]


def test_sizes_out_of_order_are_refused():
    with pytest.raises(SettingsError, match="shortest <= longest, got 4 and 2"):
        CharacterSettings(shortest=4, longest=2)
