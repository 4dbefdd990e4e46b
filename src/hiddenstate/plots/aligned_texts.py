"""What was said beside what was written: words left out, put in and taken for others, marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from hiddenstate.plots.sections import prose
from hiddenstate.records.transcription import AlignedWords

CAPTION = (
    "Struck through: said, but not written. Underlined: written, but not said. "
    "One after the other: taken for another."
)


@dataclass(frozen=True)
class AlignedText:
    """One answer."""

    title: str
    words: Sequence[AlignedWords]

    def html(self) -> str:
        """The title, and the words in their order."""
        words = " ".join(_marked(part) for part in self.words)
        return f'<li><p><b>{escape(self.title)}</b></p><p dir="auto" class="words">{words}</p></li>'


@dataclass(frozen=True)
class AlignedTexts:
    """Answers as a section of a page."""

    texts: Sequence[AlignedText]
    title: str = "The worst answers"

    def html(self) -> str:
        """A list of answers; marks do not rest on colour alone."""
        items = "".join(text.html() for text in self.texts)
        body = f"<ul>{items}</ul>" if items else "<p>No answer has an error.</p>"
        caption = f'<p class="caption">{prose(CAPTION)}</p>' if items else ""
        return f'<section class="part quotes"><h2>{escape(self.title)}</h2>{body}{caption}</section>'


def _marked(part: AlignedWords) -> str:
    if part.said == part.written:
        return escape(part.said)
    said = f'<del class="heat-2">{escape(part.said)}</del>' if part.said else ""
    written = f'<ins class="heat-3">{escape(part.written)}</ins>' if part.written else ""
    return f"{said} {written}".strip()
