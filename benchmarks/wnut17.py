"""WNUT-17: names that are new and rare; F1 of entities by conlleval, with the GloVe vectors.

    python benchmarks/wnut17.py --data DIR [--seeds 3] [--resume FILE] [--only network,baselines,crf] [--threads 1]

DIR holds wnut17/ (3,394 / 1,009 / 1,287 sentences) and glove/glove.6B.{50,100}d.cut.txt.gz. Settings were chosen on
the development part alone. The CRF on hand features needs python-crfsuite (pip install python-crfsuite).
"""

from tag_run import TagBenchmark, main

from hiddenstate.data.tokens import TokenSettings
from hiddenstate.models.read_words import TaggerSettings
from hiddenstate.tasks.tag_settings import TagSettings
from hiddenstate.training import TrainingSettings

WNUT17 = TagBenchmark(
    name="wnut17",
    files={
        "train": "wnut17/wnut17train.conll.gz",
        "dev": "wnut17/emerging.dev.conll.gz",
        "test": "wnut17/emerging.test.annotated.gz",
    },
    figure="entity_f1",
    metric="span_f1",
    task=TagSettings(tokens=TokenSettings(fold_digits=True)),
    network=TaggerSettings(hidden_size=100, fine_tune=False, embedding_dropout=0.4),
    training=TrainingSettings(
        epochs=20, batch_size=32, learning_rate=3e-3, clip_norm=5.0, average_decay=0.99, patience=6
    ),
    vectors=True,
)

if __name__ == "__main__":
    main(WNUT17, __doc__.splitlines()[0])
