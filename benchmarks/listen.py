"""Always on: real-time factor on one core and memory over an hour of sound.

    python benchmarks/listen.py --model DIR [--seconds 3600] [--sound FILE]

DIR is a model trained with --one-directional. The stream is FILE over and over, or, without one, sounds of half a
second with half a second of quiet between them: the network works half of the time.
"""

import argparse
import json
import resource
from pathlib import Path

import numpy as np

from hiddenstate.data.sound import read_sound, resample
from hiddenstate.workflows.listen import Listening


def piece(file: Path | None, rate: int) -> np.ndarray:
    if file is not None:
        return resample(read_sound(file), rate).samples
    random = np.random.default_rng(0)
    sound = 0.1 * random.standard_normal(rate // 2)
    return np.concatenate([sound, 0.0001 * random.standard_normal(rate // 2)]).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--sound", type=Path)
    options = parser.parse_args()
    listening = Listening(options.model)
    data = (np.clip(piece(options.sound, listening.rate), -1, 1) * 32767).astype("<i2").tobytes()
    left, place, early = int(options.seconds * listening.rate) * 2, 0, 0

    def read(size: int) -> bytes:
        nonlocal left, place, early
        if not early and listening.samples > 60 * listening.rate:
            early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        size = min(size, left, len(data) - place)
        part = data[place : place + size]
        place, left = (place + size) % len(data), left - size
        return part

    events = sum(moment.event for moment in listening.moments(read))
    late = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    factor = listening.working / options.seconds
    print(f"{events} events. {listening.said}")
    print(f"Memory: {early / 1024:.1f} MiB after a minute, {late / 1024:.1f} MiB at the end.")
    figures = {"real_time_factor": round(factor, 5), "grown_mib": round((late - early) / 1024, 2)}
    print(json.dumps({"benchmark": "listen", "seconds": options.seconds, **figures}))


if __name__ == "__main__":
    main()
