from hiddenstate.plots import class_table
from hiddenstate.records import ClassRow


def test_the_hardest_class_comes_first_and_one_without_texts_last():
    table = class_table(
        [
            ClassRow("easy", 0.9, 1.0, 0.947, 1200),
            ClassRow("empty", 0.0, 0.0, 0.0, 0),
            ClassRow("hard", 0.5, 0.25, 1 / 3, 8),
        ]
    )
    assert [(row.name, *row.cells) for row in table.rows] == [
        ("hard", "33.3", "50.0", "25.0", "8"),
        ("easy", "94.7", "90.0", "100.0", "1,200"),
        ("empty", "–", "–", "–", "0"),
    ]
    assert table.header == ("class", "F1 (%)", "precision (%)", "recall (%)", "texts")
    assert dict(table.meanings)["Recall"] == "of the texts that have this label, the share that got it"


def test_hostile_labels_stay_text():
    assert "<script" not in class_table([ClassRow("<script>", 1.0, 1.0, 1.0, 1)]).html()
