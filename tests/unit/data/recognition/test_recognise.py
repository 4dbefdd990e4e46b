"""Every file is recognised for what it is: those that the rules were tuned on, and thirty that they were not."""

import pytest
from tests.unit.data.recognition import held_out, tuned_on
from tests.unit.data.recognition.tuned_on import kind_of

from hiddenstate.data.recognition.guess import KINDS
from hiddenstate.data.recognition.recognise import recognise


@pytest.mark.parametrize("name", tuned_on.FILES)
def test_a_file_that_the_rules_were_tuned_on(name, tmp_path):
    assert recognise(tuned_on.FILES[name](tmp_path)).best.kind == kind_of(name)


@pytest.mark.parametrize("name", held_out.FILES)
def test_a_file_that_the_rules_were_not_tuned_on(name, tmp_path):
    assert recognise(held_out.FILES[name](tmp_path)).best.kind == kind_of(name)


def test_the_files_held_out_are_thirty_or_more_of_every_kind():
    assert len(held_out.FILES) >= 30
    assert {kind_of(name) for name in held_out.FILES} == set(KINDS)
