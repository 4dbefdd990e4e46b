"""Kernels on several threads: OpenMP's team where there is one, Python's threads elsewhere."""

import ctypes

import numpy as np
import pytest

from hiddenstate.kernels import threads
from hiddenstate.kernels.compiling import carray, kernel_function, nb
from hiddenstate.kernels.pointers import JOB, at, claim, integers
from hiddenstate.kernels.records import JOB as RECORD


def count_up(job):
    """Take numbers from a shared counter, and mark each of them."""
    this = carray(job, 1)[0]
    claim(integers(this.workers))
    marks = integers(this.scratch)
    number = claim(integers(this.tasks))
    while number < this.directions:
        claim(at(marks, number))
        number = claim(integers(this.tasks))


@pytest.fixture(scope="module")
def kernel():
    return kernel_function(count_up, nb.void(JOB))


def run(team, kernel, count):
    numbers = 10_000
    workers, counter, marks = np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(numbers, np.int64)
    job = np.zeros(1, RECORD)
    job["directions"], job["workers"] = numbers, workers.ctypes.data
    job["tasks"], job["scratch"] = counter.ctypes.data, marks.ctypes.data
    team(kernel.address, job.ctypes.data, count)
    return int(workers[0]), marks


@pytest.mark.parametrize("team", [threads.run, threads.python_team], ids=["run", "python_team"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_thread_takes_part_and_every_number_goes_to_one_of_them(kernel, team, count):
    workers, marks = run(team, kernel, count)
    assert workers == count
    assert (marks == 1).all()


def test_torchs_own_openmp_is_used_where_it_can_be():
    import torch

    if "openmp" not in torch.__config__.parallel_info().lower() or threads._loaded_openmp() is None:
        pytest.skip("this torch has no OpenMP library that can be found")
    path = threads._loaded_openmp()
    assert hasattr(ctypes.CDLL(str(path)), "omp_get_num_threads")


def test_without_openmp_threads_of_python_do_the_work(kernel, monkeypatch):
    monkeypatch.setattr(threads, "_loaded_openmp", lambda: None)
    monkeypatch.setattr(threads, "openmp_team", threads.openmp_team.__wrapped__)
    assert threads.openmp_team() is None
    workers, marks = run(threads.run, kernel, 2)
    assert workers == 2
    assert (marks == 1).all()
