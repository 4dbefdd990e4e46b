"""Files that the rules of recognition were tuned on. Each function writes one; its name begins with the kind."""
# ruff: noqa: E501  (a row of a file on one line)

import json
import struct
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from tests.unit.data.recognition.words import Writer


def write(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def wave(path: Path, samples: int = 4000, rate: int = 8000) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    head = (
        b"RIFF"
        + struct.pack("<I", 36 + 2 * samples)
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16)
    )
    path.write_bytes(head + b"data" + struct.pack("<I", 2 * samples) + bytes(2 * samples))


def labelled_texts_reviews(folder: Path) -> Path:
    writer = Writer("en", 1)
    rows = [f'{n},"{writer.sentence(5, 30)}",{writer.pick(["pos", "neg"])}' for n in range(300)]
    return write(folder / "reviews.csv", ["id,review,sentiment", *rows])


def labelled_texts_integer_labels(folder: Path) -> Path:
    writer = Writer("de", 2)
    return write(
        folder / "saetze.tsv",
        ["satz\tklasse", *(f"{writer.sentence(3, 12)}\t{writer.whole(0, 5)}" for _ in range(250))],
    )


def labelled_texts_tickets(folder: Path) -> Path:
    writer = Writer("en", 3)
    rows = []
    for number in range(400):
        when = datetime(2023, 1, 1) + timedelta(minutes=writer.whole(0, 500_000))
        team = writer.pick(["billing", "network", "hardware", "access"])
        rows.append(
            f'T-{number:05d};{when:%Y-%m-%d %H:%M};"{writer.sentence(2, 6)}";"{writer.sentence(8, 40)}";{team};{writer.whole(1, 4)}'
        )
    return write(folder / "tickets.csv", ["ticket;created;subject;body;category;priority", *rows])


def labelled_texts_spam_lines(folder: Path) -> Path:
    writer = Writer("en", 4)
    return write(
        folder / "sms.txt",
        [f"{writer.pick(['ham', 'spam'], [0.8, 0.2])}\t{writer.sentence(4, 20)}" for _ in range(300)],
    )


def labelled_texts_json(folder: Path) -> Path:
    writer = Writer("fr", 5)
    topics = ["sport", "politique", "culture", "science"]
    rows = [json.dumps({"titre": writer.sentence(4, 9), "theme": writer.pick(topics)}) for _ in range(200)]
    return write(folder / "titres.jsonl", rows)


def series_hourly(folder: Path) -> Path:
    random = np.random.default_rng(6)
    start = datetime(2022, 3, 1)
    rows = [
        f"{start + timedelta(hours=n)},{50 + 9 * np.sin(n / 4) + random.normal():.2f},{random.normal(12, 3):.1f}"
        for n in range(600)
    ]
    return write(folder / "plant.csv", ["timestamp,load_mw,temp", *rows])


def series_german_dates(folder: Path) -> Path:
    random = np.random.default_rng(7)
    start = datetime(2021, 1, 1)
    rows = [
        f"{start + timedelta(days=n):%d.%m.%Y};{random.gamma(5, 20):.2f}".replace(".", ",").replace(
            ",", ".", 2
        )
        for n in range(400)
    ]
    return write(folder / "umsatz.csv", ["Datum;Umsatz", *rows])


def series_panel(folder: Path) -> Path:
    random = np.random.default_rng(8)
    rows = [
        f"{datetime(2020, 1, 1) + timedelta(days=day):%Y-%m-%d},{shop},{random.poisson(30)},{int(random.random() < 0.1)}"
        for day in range(120)
        for shop in ("north", "south", "harbour")
    ]
    return write(folder / "shops.csv", ["date,store,sales,promo", *rows])


def series_months(folder: Path) -> Path:
    random = np.random.default_rng(9)
    rows = [f"{1990 + n // 12}-{n % 12 + 1:02d}\t{100 + n + random.normal(0, 4):.1f}" for n in range(200)]
    return write(folder / "airline.tsv", ["month\tpassengers", *rows])


def series_unix(folder: Path) -> Path:
    random = np.random.default_rng(10)
    rows = [
        f"{1_600_000_000 + 60 * n},{random.normal(20, 2):.3f},{random.normal(50, 9):.2f}" for n in range(500)
    ]
    return write(folder / "sensor.csv", ["ts,celsius,humidity", *rows])


def tagged_conll(folder: Path) -> Path:
    writer = Writer("en", 11)
    rows = []
    for _ in range(60):
        rows += [
            f"{token} {writer.pick(['O', 'O', 'O', 'B-PER', 'I-PER', 'B-LOC'])}"
            for token in writer.tokens(writer.whole(4, 15))
        ]
        rows.append("")
    return write(folder / "ner.conll", rows)


def tagged_conllu(folder: Path) -> Path:
    writer = Writer("pl", 12)
    rows = []
    for number in range(40):
        tokens = writer.tokens(writer.whole(4, 12))
        rows += [f"# sent_id = {number}", f"# text = {' '.join(tokens)}"]
        rows += [
            f"{at}\t{token}\t{token.lower()}\t{writer.pick(['NOUN', 'VERB', 'ADJ', 'ADP'])}\t_\t_\t{max(at - 1, 0)}\tdep\t_\t_"
            for at, token in enumerate(tokens, 1)
        ]
        rows.append("")
    return write(folder / "korpus.conllu", rows)


def tagged_json(folder: Path) -> Path:
    writer = Writer("en", 13)
    rows = []
    for number in range(80):
        tokens = writer.tokens(writer.whole(4, 12))
        rows.append(
            json.dumps(
                {
                    "id": number,
                    "tokens": tokens,
                    "ner_tags": [writer.pick(["O", "B-X", "I-X"]) for _ in tokens],
                }
            )
        )
    return write(folder / "tokens.jsonl", rows)


def tagged_word_table(folder: Path) -> Path:
    writer = Writer("en", 14)
    rows = [
        f"{sentence},{token},{writer.pick(['NN', 'VB', 'JJ', 'DT'])},{writer.pick(['O', 'O', 'B-geo'])}"
        for sentence in range(50)
        for token in writer.tokens(9)
    ]
    return write(folder / "words.csv", ["sentence,word,pos,tag", *rows])


def _pair(one: Writer, other: Writer, low: int, high: int) -> tuple[str, str]:
    count = one.whole(low, high)
    return one.sentence(count, count + 1), other.sentence(count, count + 2)


def pairs_tab(folder: Path) -> Path:
    one, other = Writer("en", 15), Writer("de", 16)
    return write(folder / "deu.txt", ["\t".join(_pair(one, other, 2, 14)) for _ in range(300)])


def pairs_csv(folder: Path) -> Path:
    one, other = Writer("fr", 17), Writer("es", 18)
    rows = ['"{}","{}"'.format(*_pair(one, other, 3, 20)) for _ in range(200)]
    return write(folder / "parallel.csv", ["fr,es", *rows])


def pairs_twins(folder: Path) -> Path:
    one, other = Writer("en", 19), Writer("fr", 20)
    pairs = [_pair(one, other, 3, 15) for _ in range(150)]
    write(folder / "dev.fr", [pair[1] for pair in pairs])
    return write(folder / "dev.en", [pair[0] for pair in pairs])


def recordings_folders(folder: Path) -> Path:
    for label in ("yes", "no", "stop"):
        for number in range(5):
            wave(folder / "clips" / label / f"{number:04x}_nohash_0.wav")
    return folder / "clips"


def recordings_table(folder: Path) -> Path:
    writer = Writer("en", 21)
    rows = [f"clips/{number:03d}.wav,{writer.pick(['cat', 'dog', 'bird'])}" for number in range(90)]
    return write(folder / "clips.csv", ["path,label", *rows])


def recordings_names(folder: Path) -> Path:
    for number in range(12):
        wave(folder / "digits" / f"{number % 3}_ann_{number // 3}.wav")
    return folder / "digits"


def plain_book(folder: Path) -> Path:
    writer = Writer("en", 22)
    return write(
        folder / "book.txt",
        [" ".join(writer.sentence(4, 14) for _ in range(4)) if n % 9 else "" for n in range(300)],
    )


def plain_poem(folder: Path) -> Path:
    writer = Writer("de", 23)
    return write(
        folder / "gedichte.txt", [writer.sentence(3, 7, end=",") if n % 5 else "" for n in range(200)]
    )


def intents_slots(folder: Path) -> Path:
    writer = Writer("en", 24)
    rows = []
    for _ in range(120):
        tokens = writer.tokens(6)
        rows.append(
            json.dumps(
                {
                    "text": " ".join(tokens),
                    "intent": writer.pick(["play", "call", "buy"]),
                    "slots": {"thing": tokens[2]},
                }
            )
        )
    return write(folder / "intents.jsonl", rows)


def intents_spans(folder: Path) -> Path:
    writer = Writer("de", 25)
    rows = []
    for _ in range(100):
        text = writer.sentence(4, 9)
        spans = [{"start": 0, "end": len(text.split()[0]), "label": "ding"}]
        rows.append(
            json.dumps(
                {"utterance": text, "intent": writer.pick(["licht_an", "licht_aus"]), "entities": spans}
            )
        )
    return write(folder / "befehle.jsonl", rows)


def intents_aligned(folder: Path) -> Path:
    writer = Writer("en", 26)
    rows = []
    for _ in range(100):
        tokens = writer.tokens(writer.whole(4, 9))
        tags = " ".join(["O", "B-city"] + ["O"] * (len(tokens) - 2))
        rows.append(f"{' '.join(tokens)}\t{tags}\t{writer.pick(['flight', 'fare', 'meal'])}")
    return write(folder / "atis.tsv", ["text\tslots\tintent", *rows])


FILES = {
    name: value
    for name, value in list(globals().items())
    if name.split("_")[0] in ("labelled", "series", "tagged", "pairs", "recordings", "plain", "intents")
}


def kind_of(name: str) -> str:
    return "labelled_texts" if name.startswith("labelled") else name.split("_")[0]
