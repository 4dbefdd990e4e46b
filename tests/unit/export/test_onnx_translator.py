"""ONNX graphs of a translator: names, dynamic axes, empty rows, metadata."""

import json

import numpy as np
import pytest

pytest.importorskip("onnx", reason="the extra 'export' is not installed")
pytest.importorskip("onnxruntime", reason="the extra 'export' is not installed")

from hiddenstate.data.pairs import PairTable
from hiddenstate.errors import ProgramError, SettingsError
from hiddenstate.export.c_model import to_c
from hiddenstate.export.onnx_model import to_onnx
from hiddenstate.models.beam_settings import BeamSettings
from hiddenstate.models.encoder_decoder import EncoderDecoder, TranslatorSettings
from hiddenstate.models.programs.encoder_decoder import translator_programs
from hiddenstate.parity.models import subject_of
from hiddenstate.parity.onnx_session import OnnxSession
from hiddenstate.parity.specimens import specimen
from hiddenstate.tasks.translate import TranslateTask
from hiddenstate.tasks.translate_program import translate_programs
from hiddenstate.tasks.translate_settings import TranslateSettings


def axes(values):
    return {
        value.name: [axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim]
        for value in values
    }


def test_what_one_graph_gives_the_other_takes_under_the_same_names():
    subject = subject_of(specimen("translator lstm, additive, fed x2"), "example")
    reads, writes = (to_onnx(each, subject.weights).graph for each in (subject.program, subject.writes))
    state = {f"{layer}.{part}": ["batch", 6] for layer in ("lower", "upper") for part in ("h", "C")}
    assert axes(reads.input) == {"sources": ["batch", "time"], "lengths": ["batch"]}
    assert axes(reads.output) == {"keys": ["batch", "time", 6], **state}
    assert axes(writes.input) == {
        "piece": ["batch"], **state, "fed": ["batch", 5], "keys": ["batch", "time", 6], "lengths": ["batch"],
    }  # fmt: skip
    assert axes(writes.output) == {
        "log_probabilities": ["batch", 37],
        "attention": ["batch", "time"],
        **{f"{name}.next": shape for name, shape in state.items()},
        "fed.next": ["batch", 5],
    }


def test_without_attention_the_summary_stands_in_place_of_the_keys():
    subject = subject_of(specimen("translator gru, none"), "example")
    reads, writes = (to_onnx(each, subject.weights).graph for each in (subject.program, subject.writes))
    state = {"lower.h": ["batch", 6], "upper.h": ["batch", 6]}
    assert axes(reads.output) == {"summary": ["batch", 6], **state}
    assert axes(writes.input) == {"piece": ["batch"], **state, "summary": ["batch", 6]}
    assert "attention" not in axes(writes.output)


def test_an_empty_sentence_looks_nowhere_and_leaves_the_others_as_they_are():
    subject = subject_of(specimen("translator lstm, general"), "example")
    read, write = (OnnxSession(each, subject.weights).run for each in (subject.program, subject.writes))
    sources = np.array([[5, 9, 6], [7, 0, 0], [0, 0, 0]])
    found = []
    for rows, steps in ((slice(0, 3), 3), (slice(1, 3), 1), (slice(2, 3), 0)):
        lengths = np.array([3, 1, 0])[rows]
        memory = read({"sources": sources[rows, :steps], "lengths": lengths})
        found.append(write({"piece": np.full(len(lengths), 2), "lengths": lengths, **memory}))
    for answers in found:
        assert np.isfinite(answers["log_probabilities"]).all()
        assert not answers["attention"][-1].any()
        np.testing.assert_allclose(
            answers["log_probabilities"][-1], found[0]["log_probabilities"][-1], atol=1e-6
        )
    np.testing.assert_allclose(found[1]["log_probabilities"][0], found[0]["log_probabilities"][1], atol=1e-6)


@pytest.fixture(scope="module")
def bundled():
    """A task, its network and the programs that go into files."""
    table = PairTable("pairs", ("a dog runs", "the cat sleeps"), ("Ein Hund läuft", "Die Katze schläft"))
    network = TranslatorSettings(hidden_size=6, embedding_size=5)
    task = TranslateTask.fit(table, TranslateSettings(pieces=40), network)
    model = task.build_model().eval()
    return task, model, translate_programs(task, model, BeamSettings(beam=3))


def test_metadata_carry_pieces_marks_casing_and_the_search(bundled):
    task, model, programs = bundled
    weights = {f"member0.{name}": tensor.numpy() for name, tensor in model.state_dict().items()}
    graphs = [to_onnx(program, weights) for program in programs]
    read, write = ({entry.key: json.loads(entry.value) for entry in graph.metadata_props} for graph in graphs)
    assert (read["kind"], write["kind"]) == ("translator", "translator_step")
    for facts in (read["facts"], write["facts"]):
        assert len(facts["pieces"]) == len(task.pieces) == len(model.bias)
        assert facts["pieces"][:4] == ["<padding>", "<unknown>", "<begin>", "<end>"]
        assert [facts["pieces"][number] for number in task.pieces.encode(["hund"])[0]] == [
            piece.form for piece in task.pieces._pieces("hund")
        ]
        assert [facts[name] for name in ("padding", "unknown", "begin", "end")] == [0, 1, 2, 3]
        assert facts["lower_case"] == "source"
    assert read["facts"]["subwords"]["model"]["type"] == "BPE"
    assert write["facts"]["search"] == {"beam": 3, "length_penalty": 1.0, "longest": 2.0}
    assert write["states"]["lower.C"] == "lower.C.next"


def test_a_cell_that_only_torch_computes_is_refused():
    model = EncoderDecoder(9, TranslatorSettings(cell="lstm-peephole", hidden_size=4, embedding_size=4))
    with pytest.raises(ProgramError, match="expected an RNN, LSTM or GRU, got the"):
        translator_programs(model)


def test_c_refuses_a_step_that_asks_what_was_read():
    name = "translator lstm, general"
    subject = subject_of(specimen(name), name)
    with pytest.raises(SettingsError, match="got a step of one that does not: it searches"):
        to_c(subject.writes, subject.weights)
