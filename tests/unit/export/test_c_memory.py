"""Values that live at the same time never share memory."""

from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.export.c_memory import Need, plan_memory

LIVES = st.lists(st.tuples(st.integers(1, 100), st.integers(0, 10), st.integers(0, 5)), max_size=20)


@given(LIVES)
def test_no_two_living_values_overlap(lives):
    needs = [Need(str(name), size, first, first + more) for name, (size, first, more) in enumerate(lives)]
    memory = plan_memory(needs)
    for one in needs:
        begin = memory.places[one.name]
        assert begin + one.size <= memory.size
        for other in needs:
            if one is not other and one.first <= other.last and other.first <= one.last:
                other_begin = memory.places[other.name]
                assert begin + one.size <= other_begin or other_begin + other.size <= begin


def test_memory_is_used_again():
    chain = [Need(str(step), 160, step, step + 1) for step in range(10)]
    assert plan_memory(chain).size == 320
