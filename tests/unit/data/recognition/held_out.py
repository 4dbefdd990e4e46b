"""Files that the rules of recognition were not tuned on: thirty, of other shapes than those in `tuned_on`.

They were written before the rules were tried on any of them. How the first run went is said in docs/choosing.md.
"""
# ruff: noqa: E501  (a row of a file on one line)

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from tests.unit.data.recognition.tuned_on import wave, write
from tests.unit.data.recognition.words import Writer


def labelled_texts_spanish_bars(folder: Path) -> Path:
    writer = Writer("es", 101)
    rows = [f"{writer.pick(['bueno', 'malo', 'regular'])}|{writer.sentence(4, 25)}" for _ in range(220)]
    return write(folder / "opiniones.csv", ["valoracion|opinion", *rows])


def labelled_texts_japanese(folder: Path) -> Path:
    writer = Writer("ja", 102)
    rows = [f"{writer.sentence(5, 20)},{writer.pick(['1', '0'])}" for _ in range(150)]
    return write(folder / "kanso.csv", ["body,y", *rows])


def labelled_texts_with_dates_and_likes(folder: Path) -> Path:
    writer = Writer("en", 103)
    rows = []
    for number in range(350):
        when = datetime(2019, 5, 1, tzinfo=UTC) + timedelta(seconds=writer.whole(0, 9_000_000))
        text = f"@{writer.tokens(1)[0]} {writer.sentence(4, 18)} http://t.co/{number:x}"
        rows.append(
            f'{10**17 + 7919 * number},{when:%Y-%m-%dT%H:%M:%SZ},"{text}",{writer.whole(0, 900)},{writer.whole(0, 90)},'
            f"{writer.pick(['offensive', 'fine', 'unclear'], [0.2, 0.7, 0.1])}"
        )
    return write(folder / "posts.csv", ["post_id,created_at,content,likes,shares,judgement", *rows])


def labelled_texts_titles_and_bodies(folder: Path) -> Path:
    writer = Writer("fr", 104)
    names = ["société", "économie", "météo", "sport", "voyage", "cuisine"]
    frame = pl.DataFrame(
        {
            "rubrique": [writer.pick(names) for _ in range(240)],
            "chapeau": [writer.sentence(3, 8) for _ in range(240)],
            "article": [
                " ".join(writer.sentence(5, 12) for _ in range(writer.whole(1, 9))) for _ in range(240)
            ],
        }
    )
    frame.write_parquet(folder / "articles.parquet")
    return folder / "articles.parquet"


def labelled_texts_fasttext(folder: Path) -> Path:
    writer = Writer("pl", 105)
    topics = ["kuchnia", "dom", "auto", "sport", "praca", "inne", "zdrowie"]
    return write(
        folder / "train.ft", [f"__label__{writer.pick(topics)} {writer.sentence(4, 20)}" for _ in range(300)]
    )


def labelled_texts_names(folder: Path) -> Path:
    writer = Writer("es", 106)
    rows = [
        f"{''.join(writer.pick(list('abcdeilmnorstu')) for _ in range(writer.whole(4, 10))).capitalize()},{writer.pick(['IT', 'ES', 'PT'])}"
        for _ in range(400)
    ]
    return write(folder / "surnames.csv", ["name,country", *rows])


def labelled_texts_folders(folder: Path) -> Path:
    writer = Writer("en", 107)
    for label in ("favourable", "hostile"):
        for number in range(12):
            path = folder / "corpus" / label / f"doc{number}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(" ".join(writer.sentence(6, 14) for _ in range(6)))
    return folder / "corpus"


def series_quarter_hours_with_offset(folder: Path) -> Path:
    random = np.random.default_rng(108)
    start = datetime(2023, 7, 1)
    rows = [
        f"{start + timedelta(minutes=15 * n):%Y-%m-%dT%H:%M}+02:00\t{random.normal(400, 30):.1f}\t{random.integers(0, 2)}"
        for n in range(900)
    ]
    return write(folder / "grid.tsv", ["period_start\tMWh\tweekend", *rows])


def series_us_dates_many_columns(folder: Path) -> Path:
    random = np.random.default_rng(109)
    start = datetime(2018, 1, 2)
    walk = 100 + np.cumsum(random.normal(0, 1, (260, 4)), axis=0)
    rows = [
        f"{start + timedelta(days=n + 2 * (n // 5)):%m/%d/%Y},"
        + ",".join(f"{v:.2f}" for v in walk[n])
        + f",{random.integers(10**5, 10**6)}"
        for n in range(260)
    ]
    return write(folder / "stock.csv", ["Date,Open,High,Low,Close,Volume", *rows])


def series_semicolons_decimal_comma_two_time_columns(folder: Path) -> Path:
    random = np.random.default_rng(110)
    start = datetime(2016, 12, 16)
    rows = []
    for n in range(700):
        when = start + timedelta(minutes=10 * n)
        rows.append(
            f"{when:%d/%m/%Y};{when:%H:%M:%S};"
            + f"{random.gamma(2, 1):.3f};{random.normal(230, 2):.2f}".replace(".", ",")
        )
    return write(folder / "haus.csv", ["Date;Time;Leistung;Spannung", *rows])


def series_years(folder: Path) -> Path:
    random = np.random.default_rng(111)
    rows = [f"{1700 + n},{abs(60 * np.sin(n / 1.75)) + random.random():.1f}" for n in range(300)]
    return write(folder / "sunspots.csv", ["YEAR,SUNACTIVITY", *rows])


def series_gaps_missing_and_a_note(folder: Path) -> Path:
    random = np.random.default_rng(112)
    start = datetime(2020, 2, 1)
    rows = []
    for n in range(800):
        if random.random() < 0.04:
            continue
        value = "NA" if random.random() < 0.03 else f"{random.normal(7, 1):.2f}"
        note = "sensor cleaned by hand" if random.random() < 0.01 else ""
        rows.append(
            f"{start + timedelta(hours=n):%Y/%m/%d %H:%M},{value},{random.normal(1010, 5):.0f},{note}"
        )
    return write(folder / "station.csv", ["zeit,wert,hPa,remark", *rows])


def series_long_json(folder: Path) -> Path:
    random = np.random.default_rng(113)
    rows = [
        json.dumps(
            {
                "meter": f"M{meter}",
                "ds": str(datetime(2024, 1, 1) + timedelta(hours=hour)),
                "kwh": round(float(random.gamma(2, 1)), 3),
            }
        )
        for meter in range(5)
        for hour in range(80)
    ]
    return write(folder / "meters.ndjson", rows)


def tagged_four_columns_docstart(folder: Path) -> Path:
    writer = Writer("en", 114)
    rows = ["-DOCSTART- -X- -X- O", ""]
    for _ in range(50):
        for token in writer.tokens(writer.whole(5, 20)):
            rows.append(
                f"{token} {writer.pick(['NN', 'VBD', 'IN', 'NNP'])} {writer.pick(['B-NP', 'I-NP', 'O'])} {writer.pick(['O', 'O', 'B-ORG'])}"
            )
        rows.append("")
    return write(folder / "eng.testa", rows)


def tagged_tabs_plain_tags(folder: Path) -> Path:
    writer = Writer("de", 115)
    rows = []
    for _ in range(70):
        rows += [
            f"{token}\t{writer.pick(['Substantiv', 'Verb', 'Artikel', 'Adjektiv', 'Präposition'])}"
            for token in writer.tokens(writer.whole(3, 14))
        ]
        rows.append("")
    return write(folder / "wortarten.tsv", rows)


def tagged_slashes(folder: Path) -> Path:
    writer = Writer("en", 116)
    return write(
        folder / "brown.txt",
        [
            " ".join(
                f"{token}/{writer.pick(['NN', 'VB', 'AT', 'JJ', 'IN'])}"
                for token in writer.tokens(writer.whole(5, 18))
            )
            for _ in range(80)
        ],
    )


def tagged_packed_numbers_first(folder: Path) -> Path:
    writer = Writer("fr", 117)
    rows = []
    for _ in range(60):
        rows += [
            f"{at}\t{token}\t{writer.pick(['O', 'O', 'O', 'B-LIEU', 'I-LIEU'])}"
            for at, token in enumerate(writer.tokens(writer.whole(4, 16)))
        ]
        rows.append("")
    path = folder / "lieux.bio.gz"
    path.write_bytes(gzip.compress("\n".join(rows).encode()))
    return path


def pairs_with_scores_and_ids(folder: Path) -> Path:
    one, other = Writer("es", 118), Writer("pl", 119)
    rows = []
    for number in range(250):
        count = one.whole(3, 18)
        rows.append(
            f"{number}\t{one.sentence(count, count + 2)}\t{other.sentence(count, count + 2)}\t{one.random.random():.3f}"
        )
    return write(folder / "mined.tsv", ["id\tsentence_es\tsentence_pl\tscore", *rows])


def pairs_json_japanese(folder: Path) -> Path:
    one, other = Writer("en", 120), Writer("ja", 121)
    rows = []
    for _ in range(140):
        count = one.whole(3, 15)
        rows.append(
            json.dumps(
                {"english": one.sentence(count, count), "japanese": other.sentence(count, count)},
                ensure_ascii=False,
            )
        )
    return write(folder / "enja.jsonl", rows)


def pairs_folder_of_twins(folder: Path) -> Path:
    one, other = Writer("de", 122), Writer("pl", 123)
    inside = folder / "europe"
    inside.mkdir()
    for part, rows in (("train", 160), ("test", 40)):
        counts = [one.whole(3, 15) for _ in range(rows)]
        write(inside / f"{part}.de", [one.sentence(count, count + 1) for count in counts])
        write(inside / f"{part}.pl", [other.sentence(count, count + 1) for count in counts])
    return inside


def pairs_corrections(folder: Path) -> Path:
    writer = Writer("en", 124)
    rows = []
    for _ in range(180):
        right = writer.sentence(4, 16)
        rows.append(f'"{right.replace("e", "", 1)}";"{right}"')
    return write(folder / "typos.csv", ["erroneous;corrected", *rows])


def recordings_flac_speakers(folder: Path) -> Path:
    for speaker in ("19", "26", "32"):
        for number in range(4):
            path = folder / "speech" / speaker / f"{speaker}-198-{number:04d}.flac"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"fLaC" + bytes(64))
    return folder / "speech"


def recordings_transcripts(folder: Path) -> Path:
    writer = Writer("de", 125)
    rows = [
        f"common_voice_de_{number}.mp3\t{writer.sentence(4, 12)}\t{writer.whole(0, 4)}\t{writer.pick(['male', 'female', ''])}"
        for number in range(120)
    ]
    return write(folder / "validated.tsv", ["path\tsentence\tup_votes\tgender", *rows])


def recordings_absolute_paths_in_json(folder: Path) -> Path:
    writer = Writer("en", 126)
    rows = [
        json.dumps(
            {
                "audio_filepath": f"/data/noise/{n}.OGG",
                "duration": 1.5,
                "command": writer.pick(["up", "down"]),
            }
        )
        for n in range(60)
    ]
    return write(folder / "manifest.jsonl", rows)


def recordings_with_readme(folder: Path) -> Path:
    for number in range(20):
        wave(folder / "set" / "audio" / f"{number:02d}-{'angry' if number % 2 else 'calm'}.wav", rate=16000)
    (folder / "set" / "README.md").write_text("Twenty clips of two actors.\n")
    (folder / "set" / "LICENSE").write_text("CC0\n")
    return folder / "set"


def plain_one_paragraph_a_line(folder: Path) -> Path:
    writer = Writer("fr", 127)
    return write(
        folder / "roman.md",
        [
            "# Chapitre premier",
            *(
                ", ".join(writer.sentence(3, 9, end="") for _ in range(writer.whole(1, 8)))
                for _ in range(150)
            ),
        ],
    )


def plain_japanese(folder: Path) -> Path:
    writer = Writer("ja", 128)
    return write(
        folder / "novel.txt", ["".join(writer.sentence(4, 15) for _ in range(3)) for _ in range(100)]
    )


def plain_dialogue(folder: Path) -> Path:
    writer = Writer("en", 129)
    rows = []
    for number in range(150):
        rows += [
            f"{['ANNE', 'BORIS', 'THE DOCTOR'][number % 3]}:",
            writer.sentence(3, 12),
            writer.sentence(3, 9, end="?"),
            "",
        ]
    return write(folder / "play", rows)


def intents_lists_of_tags(folder: Path) -> Path:
    writer = Writer("pl", 130)
    rows = []
    for _ in range(110):
        tokens = writer.tokens(writer.whole(3, 8))
        rows.append(
            json.dumps(
                {
                    "query": " ".join(tokens),
                    "tags": ["B-x", *["O"] * (len(tokens) - 1)],
                    "intent": writer.pick(["a.b", "c.d", "e"]),
                }
            )
        )
    return write(folder / "zapytania.jsonl", rows)


def intents_side_by_side(folder: Path) -> Path:
    writer = Writer("en", 131)
    inside = folder / "snips"
    inside.mkdir()
    texts = [writer.tokens(writer.whole(4, 10)) for _ in range(90)]
    write(inside / "seq.in", [" ".join(tokens) for tokens in texts])
    write(inside / "seq.out", [" ".join(["B-artist", *["O"] * (len(tokens) - 1)]) for tokens in texts])
    write(inside / "label", [writer.pick(["PlayMusic", "GetWeather", "RateBook"]) for _ in texts])
    return inside


def intents_spans_some_empty(folder: Path) -> Path:
    writer = Writer("es", 132)
    rows = []
    for number in range(130):
        text = writer.sentence(3, 9)
        spans = [{"slot": "sitio", "value": text.split()[-1], "from": 3, "to": 9}] if number % 3 else []
        rows.append(
            json.dumps(
                {
                    "slots": spans,
                    "text": text,
                    "intent": writer.pick(["reservar", "cancelar", "saludar"]),
                    "lang": "es",
                }
            )
        )
    return write(folder / "asistente.jsonl", rows)


FILES = {
    name: value
    for name, value in list(globals().items())
    if name.split("_")[0] in ("labelled", "series", "tagged", "pairs", "recordings", "plain", "intents")
}
