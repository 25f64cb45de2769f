"""The ten sections: which fields belong to which thesis. Keys are stored and stable; words may change."""

from kleinstadt_net.profile.fields import PARAGRAPH_LENGTH, WEBSITE_LENGTH, Field, Kind, Shape, lines

PROJECT_STATES = {
    "planned": "in Planung",
    "running": "läuft",
    "visible": "erstes Ergebnis ist da",
    "done": "abgeschlossen",
    "paused": "ruht",
}
REPORTS_TO = {
    "mayor": "direkt dem Bürgermeisteramt",
    "department": "einem Amt oder Fachbereich",
    "shared": "mehreren Städten gemeinsam",
    "outside": "außerhalb des Rathauses",
}

_YEAR = Field("year", "Jahr", Kind.YEAR, hint="zum Beispiel 2024")
_PROJECT = (
    Field("title", "Titel", length=120),
    Field("aim", "Ziel", hint="Was soll danach besser sein?"),
    Field("state", "Stand", Kind.CHOICE, choices=PROJECT_STATES),
    Field("begins", "Beginn", Kind.MONTH, hint="Monat und Jahr, zum Beispiel 03.2025"),
    Field("result", "Erstes sichtbares Ergebnis", hint="Was kann man sehen oder benutzen?"),
    Field("result_month", "Ergebnis sichtbar seit oder ab", Kind.MONTH, hint="zum Beispiel 10.2026"),
    Field("quick", "Schneller Erfolg: binnen eines Jahres mit eigenen Mitteln sichtbar", Kind.TICK),
)


def _paragraph(key: str, label: str, hint: str) -> Field:
    return Field(key, label, Kind.PARAGRAPH, hint=hint, length=PARAGRAPH_LENGTH)


def _partners(key: str, label: str, hint: str) -> Field:
    columns = (Field("partner", "Wer", length=120), Field("does", "Was sie gemeinsam tun"))
    return Field(key, label, Kind.ENTRIES, hint=hint, columns=columns, entries=12)


_SHAPES = (
    Shape(
        "t01",
        "Andere sehen, worauf Sie bauen und was Sie von ihnen unterscheidet.",
        (
            lines("strengths", "Stärken", "Stärke", "Was gelingt Ihnen besser als anderen? Eine je Zeile."),
            lines(
                "weaknesses",
                "Schwächen",
                "Schwäche",
                "Wer sie kennt, schlägt Ihnen Städte mit derselben Aufgabe vor. Das lesen nur bestätigte Städte.",
                confidential=True,
            ),
            _paragraph(
                "unmistakable", "Was uns unverwechselbar macht", "Woran erkennt man Ihre Stadt sofort?"
            ),
        ),
    ),
    Shape(
        "t02",
        "Wer über einen Umzug oder einen Besuch nachdenkt, liest hier, wie es sich lebt.",
        (
            _paragraph("housing", "Wohnen", "Was findet man hier, und was kostet es ungefähr?"),
            _paragraph("cohesion", "Zusammenhalt", "Wo begegnen sich die Leute, wer hilft wem?"),
            _paragraph("living", "Hier leben", "Wege, Natur, Schule, Arzt, Bahn: Was schätzen die Leute?"),
        ),
    ),
    Shape(
        "t03",
        "Andere übernehmen eher, was nachweislich etwas bewirkt hat.",
        (
            Field(
                "formats",
                "Formate der Beteiligung",
                Kind.ENTRIES,
                hint="Auch was nicht geklappt hat, hilft anderen.",
                columns=(
                    Field("format", "Format", length=120),
                    _YEAR,
                    Field("outcome", "Was daraus geworden ist", length=300),
                ),
                entries=12,
            ),
        ),
    ),
    Shape(
        "t04",
        "Andere sehen, womit Sie junge Leute erreichen und ob deren Wünsche etwas verändern.",
        (
            Field(
                "formats",
                "Formate für Kinder und Jugendliche",
                Kind.ENTRIES,
                hint="Zum Beispiel Jugendforum, Jugendbudget, Kinderstadtplan.",
                columns=(Field("format", "Format", length=120), _YEAR),
                entries=12,
            ),
            Field(
                "wishes",
                "Wünsche der Kinder und Jugendlichen",
                Kind.ENTRIES,
                hint="Auch ein Nein mit Begründung ist eine Antwort.",
                columns=(Field("wish", "Wunsch"), Field("outcome", "Was daraus geworden ist", length=300)),
                entries=12,
            ),
        ),
    ),
    Shape(
        "t05",
        "Andere wissen, an welche Stelle sie sich wenden und wie viel Zeit dort dafür ist.",
        (
            Field(
                "office",
                "Zuständige Stelle",
                hint="Die Stelle, nicht die Person, zum Beispiel: Stabsstelle Stadtentwicklung.",
                length=120,
                without_contact=True,
            ),
            Field("share", "Umfang der Stelle", Kind.SHARE, hint="In vollen Stellen, zum Beispiel 0,5."),
            Field("reports_to", "Die Stelle untersteht", Kind.CHOICE, choices=REPORTS_TO),
            Field("website", "Internetseite der Stelle", Kind.WEBSITE, length=WEBSITE_LENGTH),
        ),
    ),
    Shape(
        "t06",
        "Wer einen Blick von außen sucht oder geben kann, findet Sie.",
        (
            Field(
                "used",
                "Wer schon auf Ihre Stadt geblickt hat",
                Kind.ENTRIES,
                hint="Hochschule, Planungsbüro, Nachbarstadt, Förderprogramm.",
                columns=(
                    Field("who", "Wer", length=120),
                    _YEAR,
                    Field("outcome", "Was es gebracht hat", length=300),
                ),
                entries=12,
            ),
            lines(
                "wanted",
                "Wobei Sie sich einen Blick von außen wünschen",
                "Wunsch",
                "Städte, die das kennen, können auf Sie zukommen. Das lesen nur bestätigte Städte.",
                confidential=True,
            ),
        ),
    ),
    Shape(
        "t07",
        "Ein Satz und wenige Vorhaben zeigen auf einen Blick, wohin Ihre Stadt will.",
        (
            Field("vision", "Unser Leitbild in einem Satz", hint="Wie soll die Stadt in zehn Jahren sein?"),
            Field(
                "projects",
                "Leitprojekte",
                Kind.ENTRIES,
                hint="Höchstens fünf. Sie stehen als Zeitleiste auf der Seite Ihrer Stadt.",
                columns=_PROJECT,
                entries=5,
            ),
        ),
    ),
    Shape(
        "t08",
        "Andere sehen, was bei Ihnen gerade läuft und was sich rasch gezeigt hat.",
        (
            Field(
                "projects",
                "Weitere Projekte und schnelle Erfolge",
                Kind.ENTRIES,
                hint="Auch kleine Dinge, die in wenigen Wochen zu sehen waren.",
                columns=_PROJECT,
                entries=12,
            ),
        ),
    ),
    Shape(
        "t09",
        "Andere erkennen, mit wem zusammen es Ihnen gelingt.",
        (
            _partners("inside", "Partner in der Stadt", "Vereine, Handel, Schulen, Kirchen, Betriebe."),
            _partners(
                "outside", "Partner darüber hinaus", "Städtenetze, Landkreis, Regionalförderung, Tourismus."
            ),
        ),
    ),
    Shape(
        "t10",
        "Wer weiß, was Sie geben und brauchen, kommt mit dem passenden Angebot.",
        (
            lines(
                "offers",
                "Das bieten wir anderen Städten an",
                "Angebot",
                "Zum Beispiel ein Besuch, ein Muster für eine Satzung, eine Stunde am Telefon.",
            ),
            lines(
                "asks",
                "Das wünschen wir uns von anderen",
                "Wunsch",
                "Wird bei Vorschlägen und im Gespräch gelesen, nur von bestätigten Städten.",
                confidential=True,
            ),
        ),
    ),
)

SHAPES: dict[str, Shape] = {shape.thesis: shape for shape in _SHAPES}
