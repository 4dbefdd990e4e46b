"""A small text whose sentences follow rules that can be learnt."""

import numpy as np

ANIMALS = ["cat", "dog", "cow", "hen"]
TINY = ("--hidden-size", "24", "--epochs", "6", "--set", "task.window=16", "--seed", "3", "--quiet")


def book(sentences=500, seed=0):
    """Each animal does what it does; which one comes next is chance."""
    random = np.random.default_rng(seed)
    lines = {
        "cat": "the cat sat on the mat.",
        "dog": "a dog dug in the garden.",
        "cow": "our cow ate green grass.",
        "hen": "one hen laid ten eggs.",
    }
    return "\n".join(lines[str(random.choice(ANIMALS))] for _ in range(sentences)) + "\n"
