import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hiddenstate.errors import ShapeError
from hiddenstate.layers.lengths import check_lengths, reverse_each, valid_steps

lengths_up_to_6 = st.lists(st.integers(0, 6), min_size=1, max_size=5).map(torch.tensor)


@settings(deadline=None)  # the first call waits for torch to load its kernels
@given(lengths_up_to_6)
def test_as_many_steps_are_valid_as_the_length_says_and_they_come_first(lengths: torch.Tensor) -> None:
    mask = valid_steps(lengths, 6)
    assert torch.equal(mask.sum(1), lengths)
    assert torch.equal(mask, mask.sort(dim=1, descending=True).values)


@settings(deadline=None)  # the first call waits for torch to load its kernels
@given(lengths_up_to_6)
def test_each_row_is_reversed_within_its_own_length(lengths: torch.Tensor) -> None:
    x = torch.arange(len(lengths) * 6 * 2).view(len(lengths), 6, 2)
    turned = reverse_each(x, lengths)
    for row, length in enumerate(lengths.tolist()):
        assert torch.equal(turned[row, :length], x[row, :length].flip(0))
        assert torch.equal(turned[row, length:], x[row, length:])


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        (torch.tensor([1, 2, 3]), r"expected shape \(2,\), got \(3,\)"),
        (torch.tensor([[1], [2]]), r"expected shape \(2,\), got \(2, 1\)"),
        (torch.tensor([1.0, 2.0]), "expected whole numbers, got torch.float32"),
        (torch.tensor([True, False]), "expected whole numbers, got torch.bool"),
        (torch.tensor([-1, 2]), "expected 0 to 4, the steps in x, got -1 to 2"),
        (torch.tensor([3, 5]), "expected 0 to 4, the steps in x, got 3 to 5"),
    ],
)
def test_lengths_that_do_not_fit_are_refused(lengths: torch.Tensor, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        check_lengths(lengths, 2, 4)


@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.uint8])
def test_any_whole_numbers_will_do(dtype: torch.dtype) -> None:
    check_lengths(torch.tensor([0, 4], dtype=dtype), 2, 4)
