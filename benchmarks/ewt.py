"""UD English EWT: universal part-of-speech tags of the test part's words, without pretrained vectors.

    python benchmarks/ewt.py --data DIR [--seeds 3] [--resume FILE] [--only network,baselines] [--threads 1]

DIR holds ud_english_ewt/en_ewt-ud-{train,dev,test}.conllu.gz (12,544 / 2,001 / 2,077 sentences). Words are those of
the treebank. Settings were chosen on the development part alone.
"""

from tag_run import TagBenchmark, main

from hiddenstate.data.tokens import TokenSettings
from hiddenstate.models.read_words import TaggerSettings
from hiddenstate.tasks.tag_settings import TagSettings
from hiddenstate.training import TrainingSettings

EWT = TagBenchmark(
    name="ewt",
    files={
        part: f"ud_english_ewt/en_ewt-ud-{part}.conllu.gz" for part in ("train", "dev", "test")
    },
    figure="upos_accuracy",
    metric="token_accuracy",
    task=TagSettings(tokens=TokenSettings(fold_digits=True)),
    network=TaggerSettings(
        output="softmax", hidden_size=128, embedding_size=100, character_size=200, word_dropout=0.1,
        embedding_dropout=0.3, output_dropout=0.3,
    ),
    training=TrainingSettings(
        epochs=8, batch_size=32, learning_rate=3e-3, clip_norm=5.0, average_decay=0.99, patience=3
    ),
)  # fmt: skip

if __name__ == "__main__":
    main(EWT, __doc__.splitlines()[0])
