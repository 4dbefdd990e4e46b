"""Sentences in several languages for files that a test makes: words drawn at random, the common ones more often."""

import numpy as np

VOCABULARY = {
    "en": (
        "the of and to in is was for that with on as are by from this we they have not but our more when there "
        "people water house river market doctor train winter music garden letter question answer morning street "
        "bought found lost opened closed walked asked wrote cheap broken late kind quiet bright terrible lovely"
    ),
    "de": (
        "der die das und in zu mit nicht ist von auf für den ein eine wir sie hat auch nach bei aus als aber sehr "
        "Wasser Haus Fluss Markt Arzt Zug Winter Musik Garten Brief Frage Antwort Morgen Straße Schlüssel Brücke "
        "kaufte fand verlor öffnete schloss ging fragte schrieb billig kaputt spät freundlich ruhig hell schön"
    ),
    "fr": (
        "le la les de et à en un une que pour dans ce il elle nous vous est pas sur avec plus très mais où "
        "eau maison rivière marché médecin train hiver musique jardin lettre réponse matin rue école été château "
        "acheta trouva perdit ouvrit ferma marcha demanda écrivit cher cassé tard gentil calme clair joli"
    ),
    "es": (
        "el la los de y a en un una que por con no es se del al lo más muy pero como su nos para sin "
        "agua casa río mercado médico tren invierno música jardín carta pregunta mañana calle niño corazón "
        "compró encontró perdió abrió cerró caminó preguntó escribió barato roto tarde amable tranquilo claro"
    ),
    "pl": (
        "i w na z do nie to się że jest o za od po przez był dla jak ale tylko jego może bardzo gdy już "
        "woda dom rzeka rynek lekarz pociąg zima muzyka ogród list pytanie odpowiedź ranek ulica żółty źródło "
        "kupił znalazł zgubił otworzył zamknął szedł zapytał napisał tani zepsuty późno miły cichy jasny"
    ),
}
JAPANESE = "私は今日とても楽しい本を読みました駅前の店で魚を買って家に帰ります天気が良い悪い映画面白くない"


class Writer:
    """Sentences of one language."""

    def __init__(self, language: str, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.words = [] if language == "ja" else VOCABULARY[language].split()
        if self.words:
            odds = 1.0 / np.arange(2, len(self.words) + 2)
            self.odds = odds / odds.sum()

    def sentence(self, low: int, high: int, *, end: str = ".") -> str:
        count = int(self.random.integers(low, high + 1))
        if not self.words:
            return "".join(self.random.choice(list(JAPANESE), size=2 * count)) + "。"
        words = self.tokens(count)
        return words[0].capitalize() + "".join(f" {word}" for word in words[1:]) + end

    def tokens(self, count: int) -> list[str]:
        return [str(word) for word in self.random.choice(self.words, size=count, p=self.odds)]

    def pick(self, options: list[str], odds: list[float] | None = None) -> str:
        return str(self.random.choice(options, p=odds))

    def whole(self, low: int, high: int) -> int:
        return int(self.random.integers(low, high))
