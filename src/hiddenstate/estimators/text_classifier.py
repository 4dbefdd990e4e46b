"""Text classification as a scikit-learn estimator."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self, final

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import NotFittedError
from sklearn.utils import check_random_state

from hiddenstate.data.labels import LabelSettings
from hiddenstate.data.text_split import TextSplitSettings, split_texts
from hiddenstate.data.text_table import TextTable, table_of
from hiddenstate.data.tokens import TokenSettings
from hiddenstate.data.vectors import Vectors
from hiddenstate.errors import InputError
from hiddenstate.estimators.columns import column_of
from hiddenstate.estimators.sections import section
from hiddenstate.estimators.targets import SEPARATOR, Targets
from hiddenstate.models.text_classifier import TextModelSettings
from hiddenstate.records import Classification
from hiddenstate.seeding import derive
from hiddenstate.tasks.classify_settings import LONGEST_TEXT, ClassifySettings
from hiddenstate.training import RichWatcher, TrainingSettings
from hiddenstate.workflows.classes.fit import RECIPE, FittedClasses, fit_classes, recipe_for
from hiddenstate.workflows.classes.vectors import gather_vectors
from hiddenstate.workflows.fitting import Fitting


@final
class TextClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Labels texts with a recurrent network that says which words it looked at.

    ``fit(texts, labels)`` takes lists, arrays, series and frames of one column; labels of any kind that can be
    sorted, or a table of 0 and 1 where a text may have several. A share of the texts, `validation`, is held
    out to choose the number of epochs and to calibrate the probabilities; with `refit` the network then
    learns from all texts. The same `random_state` gives the same network.

    vectors: word vectors to begin with: a file, `Vectors`, several of them, "own" for vectors trained on the
    texts themselves, or "glove-50d" for those of the extra ``demo``. none_label: texts with this label belong
    to no class and are answered with it.
    epochs, batch_size, patience: ``None`` chooses by the number of texts (`recipe_for`).
    The other arguments are the fields of `TextModelSettings`, `ClassifySettings`, `TokenSettings`,
    `LabelSettings` and `TrainingSettings`; `hierarchy`, the mark between levels of a label ("HUM:ind").

    After `fit`: ``classes_``, in the order of the columns of `predict_proba`; ``history_``, the learning
    curve; ``notes_``, what deserves a look, in words; ``fitted_``, the task and its networks.

    >>> texts = ["a fine film", "a good plot", "a dull film", "a poor plot"] * 5
    >>> labels = ["pos", "pos", "neg", "neg"] * 5
    >>> model = TextClassifier(hidden_size=8, validation=0.0).fit(texts, labels)
    >>> model.predict(["such a dull plot"]).tolist()
    ['neg']
    """

    def __init__(
        self,
        *,
        cell: str = "lstm",
        hidden_size: int = 128,
        num_layers: int = 1,
        bidirectional: bool = True,
        pool: str = "max+attention",
        attention: str = "additive",
        vectors: str | Path | Vectors | Sequence[str | Path | Vectors] | None = None,
        fine_tune: bool = True,
        embedding_size: int = 100,
        character_size: int = 0,
        word_pairs: bool = False,
        word_dropout: float = 0.0,
        embedding_dropout: float = 0.5,
        recurrent_dropout: float = 0.0,
        zoneout: float = 0.0,
        output_dropout: float = 0.4,
        unit: Literal["word", "whitespace", "character", "subword"] = "word",
        subword_count: int = 8000,
        lowercase: bool = True,
        fold_digits: bool = False,
        stop_words: Literal["keep", "remove"] = "keep",
        keep_negations: bool = True,
        longest: int | None = LONGEST_TEXT,
        min_count: int = 1,
        largest_vocabulary: int | None = None,
        hierarchy: str | None = None,
        merge_variants: bool = False,
        none_label: object = None,
        class_weight: Literal["balanced"] | None = None,
        label_smoothing: float = 0.0,
        members: int = 1,
        validation: float = 0.1,
        refit: bool = False,
        watch: Literal["loss", "error"] = "loss",
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float = RECIPE.learning_rate,
        optimiser: str = RECIPE.optimiser,
        weight_decay: float = RECIPE.weight_decay,
        clip_norm: float | None = RECIPE.clip_norm,
        average_decay: float | None = RECIPE.average_decay,
        patience: int | None = None,
        max_minutes: float | None = RECIPE.max_minutes,
        threads: int = 1,
        random_state: int | np.random.RandomState | None = 0,
        verbose: bool = False,
    ) -> None:
        self.cell = cell
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bidirectional = bidirectional
        self.pool = pool
        self.attention = attention
        self.vectors = vectors
        self.fine_tune = fine_tune
        self.embedding_size = embedding_size
        self.character_size = character_size
        self.word_pairs = word_pairs
        self.word_dropout = word_dropout
        self.embedding_dropout = embedding_dropout
        self.recurrent_dropout = recurrent_dropout
        self.zoneout = zoneout
        self.output_dropout = output_dropout
        self.unit = unit
        self.subword_count = subword_count
        self.lowercase = lowercase
        self.fold_digits = fold_digits
        self.stop_words = stop_words
        self.keep_negations = keep_negations
        self.longest = longest
        self.min_count = min_count
        self.largest_vocabulary = largest_vocabulary
        self.hierarchy = hierarchy
        self.merge_variants = merge_variants
        self.none_label = none_label
        self.class_weight = class_weight
        self.label_smoothing = label_smoothing
        self.members = members
        self.validation = validation
        self.refit = refit
        self.watch = watch
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.optimiser = optimiser
        self.weight_decay = weight_decay
        self.clip_norm = clip_norm
        self.average_decay = average_decay
        self.patience = patience
        self.max_minutes = max_minutes
        self.threads = threads
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, texts: Any, labels: Any) -> Self:
        """Learn to tell the classes of `labels` apart.

        texts: (n,) text of each row, an empty one where it is missing. labels: (n,), or (n, k) of 0 and 1.
        Raises `InputError` for texts or labels that cannot be used, `SettingsError` for a wrong argument.
        """
        targets, names = Targets.fit(labels)
        table = table_of(column_of(texts, "texts"), names, missing_labels="keep")
        seed = self._seed()
        train, validation = self._split(table, seed)
        tokens = section(TokenSettings, self.get_params())
        fitted = fit_classes(
            train,
            validation,
            task=self._task(tokens, several=targets.several),
            network=section(TextModelSettings, self.get_params()),
            training=self._training(len(train), seed),
            vectors=gather_vectors(self._sources(), train.texts, tokens, seed=seed),
            refit=bool(self.refit),
            fitting=Fitting(RichWatcher()) if self.verbose else Fitting(),
        )
        columns = targets.columns(fitted.task.labels.names)
        if not targets.several:  # a name that was merged into another, or that of "none of these"
            targets = targets.without(columns < 0)
            columns = columns[columns >= 0]
        self._columns = columns
        self._targets = targets
        self.fitted_: FittedClasses = fitted
        self.classes_ = targets.classes
        self.history_ = fitted.history
        self.notes_ = (*table.notes, *fitted.task.notes)
        return self

    def predict(self, texts: Any) -> NDArray[Any]:
        """(n,) the label of each text, `none_label` where it belongs to no class; (n, k) of 0 and 1 where a
        text may have several.

        Raises `NotFittedError` before `fit`, `InputError` for anything but a column of texts.
        """
        result = self.explain(texts)
        if self._targets.several:
            answers = np.zeros((len(result.texts), len(self.classes_)), dtype=np.int64)
            known = self._columns >= 0
            answers[:, known] = np.asarray(result.predicted)[:, self._columns[known]]
            return answers
        place_of = np.empty(len(result.labels) + 1, dtype=np.int64)
        place_of[self._columns] = np.arange(len(self.classes_))
        predicted: NDArray[np.int64] = np.asarray(result.predicted, dtype=np.int64)
        outside = predicted < 0
        classes: NDArray[Any] = self.classes_[place_of[np.where(outside, self._columns[0], predicted)]]
        if outside.any():
            classes = classes.astype(np.result_type(classes, np.array([self.none_label])))
            classes[outside] = self.none_label
        return classes

    def predict_proba(self, texts: Any) -> NDArray[np.float64]:
        """(n, k) calibrated probability of each of `classes_`; rows sum to 1, except where a text may have
        several labels.

        Raises as `predict`.
        """
        probabilities = self.explain(texts).probabilities
        answers = np.zeros((len(probabilities), len(self.classes_)))
        known = self._columns >= 0
        answers[:, known] = probabilities[:, self._columns[known]]
        return answers

    def explain(self, texts: Any) -> Classification:
        """The answers with the pieces of each text and the share of attention that each got.

        `Classification.labels` are names in the order of its own columns. Raises as `predict`.
        """
        if not hasattr(self, "fitted_"):
            raise NotFittedError(
                "TextClassifier: expected a trained model, got one before fit. Call fit(texts, labels) first."
            )
        table = table_of(column_of(texts, "texts"))
        return self.fitted_.task.predict(self.fitted_.models, table)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        tags.classifier_tags.multi_label = True
        return tags

    def _seed(self) -> int:
        if isinstance(self.random_state, int | np.integer):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _split(self, table: TextTable, seed: int) -> tuple[TextTable, TextTable | None]:
        """The rows to learn from and those held out; None where none are."""
        if len(table) == 0:
            raise InputError("texts: expected at least one text, got none. Give some.")
        if not self.validation:
            return table, None
        settings = TextSplitSettings(validation=float(self.validation), seed=derive(seed, "validation"))
        split = split_texts(table, settings)
        return split.train, split.validation

    def _training(self, texts: int, seed: int) -> TrainingSettings:
        """The arguments; what they leave open by the number of texts."""
        recipe = recipe_for(texts)
        open_ones = {
            name: getattr(recipe, name)
            for name in ("epochs", "batch_size", "patience")
            if getattr(self, name) is None
        }
        return section(TrainingSettings, self.get_params(), seed=seed, **open_ones)

    def _task(self, tokens: TokenSettings, *, several: bool) -> ClassifySettings:
        labels = LabelSettings(
            separator=SEPARATOR if several else None,
            hierarchy=self.hierarchy,
            merge_variants=bool(self.merge_variants),
        )
        return section(
            ClassifySettings,
            self.get_params(),
            tokens=tokens,
            labels=labels,
            class_weights=self.class_weight or "none",
            none_label=None if self.none_label is None else str(self.none_label),
        )

    def _sources(self) -> list[str | Path | Vectors]:
        if self.vectors is None:
            return []
        return [self.vectors] if isinstance(self.vectors, str | Path | Vectors) else list(self.vectors)
