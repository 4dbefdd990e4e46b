"""Candidates for intents with slots: the same commands, another network each time."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Self, final

import numpy as np
from torch import nn

from hiddenstate.choices import choose
from hiddenstate.data.files import Source
from hiddenstate.data.tagged_files import load_commands
from hiddenstate.data.tagged_table import TaggedTable
from hiddenstate.models.intent_slots import IntentHeadSettings
from hiddenstate.records import Commands, History
from hiddenstate.tasks.intent import IntentTask, first_intents, right_answers
from hiddenstate.tasks.span_f1 import right_words
from hiddenstate.tasks.tag_baselines.registry import fit_tag_baselines
from hiddenstate.tasks.text_baselines.baseline import TextBaselineSettings
from hiddenstate.tasks.text_baselines.registry import fit_text_baselines
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.comparing.arena import Answer, Candidate, Metric, Order
from hiddenstate.workflows.comparing.row_arena import LOOKING_POOL, PLAIN_POOL, Counted
from hiddenstate.workflows.intents.fit import fit_intents
from hiddenstate.workflows.intents.run_settings import complete
from hiddenstate.workflows.intents.train import BASELINES, labelled
from hiddenstate.workflows.kind import Values
from hiddenstate.workflows.tags.arena import TaggedArena, faults_of

METRICS = {
    "command_accuracy": Metric("command_accuracy", "commands without a fault", True),
    "intent_accuracy": Metric("intent_accuracy", "right intents", True),
    "slot_f1": Metric("slot_f1", "slot F1", True),
}


@final
class IntentArena(TaggedArena):
    """As `Arena`, for commands."""

    with_attention = True

    @classmethod
    def of(cls, source: Source, values: Values, metric: str | None) -> Self:
        """Read and cut the commands. Raises `SettingsError` for an unknown metric."""
        chosen = choose(METRICS, metric or "command_accuracy", "metric of this task")
        run = complete(values)
        return cls.read(source, run, chosen, lambda file: load_commands(file, run.task.tokens))

    @cached_property
    def _task(self) -> IntentTask:
        run = self._run
        network = (run.model, run.intent)
        return IntentTask.fit(self._parts.train, (run.task, run.intents), network, self._vectors)

    def _head(self, candidate: Candidate) -> IntentHeadSettings:
        own: IntentHeadSettings = replace(
            self._run.intent, pool=LOOKING_POOL if candidate.attention else PLAIN_POOL
        )
        return own

    def task_of(self, candidate: Candidate, hidden_size: int) -> IntentTask:
        """As `RowArena.task_of`."""
        return self._task.with_network((self.network(candidate, hidden_size), self._head(candidate)))

    def fit(
        self, order: Order, train: TaggedTable, training: TrainingSettings
    ) -> tuple[History, nn.Module, Callable[[], Counted]]:
        """As `RowArena.fit`."""
        fitted = fit_intents(
            train,
            self._parts.validation,
            task=(self._run.task, self._run.intents),
            network=(self.network(order.candidate, order.hidden_size), self._head(order.candidate)),
            training=training,
            vectors=self._vectors,
        )
        return (
            fitted.history,
            fitted.models[0],
            lambda: self._faults(fitted.task.predict(fitted.models, self._parts.test)),
        )

    def rivals(self) -> Mapping[str, Answer]:
        """Each plain method for the slots with one for the intents."""
        run, parts, task = self._run, self._parts, self._task
        texts = fit_text_baselines(
            labelled(parts.train, run),
            labelled(parts.validation, run),
            task.labels,
            settings=TextBaselineSettings(tokens=run.task.tokens),
            names=BASELINES,
        )
        tags = fit_tag_baselines(parts.train, parts.validation)
        plain = replace(parts.test.plain(), labels=tuple(first_intents(parts.test, task.settings)))
        right = tuple(task.right_intents(intent) for intent in parts.test.known_intents())
        answers = {}
        for text, tag in zip(texts.fitted, tags.fitted, strict=False):
            slots = task.words.tagging(parts.test, tag.baseline.predict(parts.test))
            faults, of = self._faults(Commands(slots, text.baseline.predict(plain), right))
            name = f"{text.baseline.name}; {tag.baseline.name}"
            answers[name] = Answer(faults, text.seconds + tag.seconds, of=of)
        return answers

    def _faults(self, result: Commands) -> Counted:
        if self.metric.key == "slot_f1":
            return faults_of(result.slots, "span_f1" if result.slots.marks_spans else "token_accuracy")
        right = np.asarray(right_answers(result), dtype=np.bool_)
        if self.metric.key == "command_accuracy":
            words, total = right_words(result.slots)
            right = right & (words == total)
        return (~right).astype(np.float64), np.ones(len(right))
