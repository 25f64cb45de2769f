"""Invented sentences for the invented towns of the demonstration; nobody real has said any of them."""

STRENGTHS: dict[str, tuple[str, ...]] = {
    "t01": ("Alle zwei Jahre fragen wir die Stadt, was gut läuft und was nicht.",),
    "t02": ("Neue Nachbarn bekommen Patinnen und Paten, die sie ein Jahr begleiten.",),
    "t03": ("Jeder Vorschlag aus der Bürgerwerkstatt bekommt binnen sechs Wochen eine Antwort.",),
    "t04": ("Das Jugendforum verfügt über 8.000 Euro im Jahr und entscheidet selbst.",),
    "t05": ("Eine halbe Stelle für Stadtentwicklung sitzt direkt neben dem Bürgermeisteramt.",),
    "t06": ("Einmal im Jahr schauen zwei Fachleute von außen einen Tag lang auf unsere Planung.",),
    "t07": ("Fünf Leitprojekte hängen als Plan im Rathausflur, jedes mit Stand und Namen.",),
    "t08": ("Aus drei Parkbuchten wurde in zwei Wochen ein Sommerplatz, mit eigenem Bauhof.",),
    "t09": ("Vereine, Handel und Schulen planen das Jahr gemeinsam an einem Abend im Januar.",),
    "t10": ("Mit zwei Nachbarstädten teilen wir uns Vergabestelle und Archiv.",),
    "innenstadt": (
        "Vier leere Läden sind wieder belebt, mit Mietzuschuss im ersten Jahr.",
        "Ein Ladenlokal wechselt alle acht Wochen den Betreiber; drei sind geblieben.",
    ),
    "wohnen": ("Zwölf kleine Wohnungen im alten Amtsgericht, alle barrierefrei.",),
    "problemimmobilien": ("Wir haben drei verfallene Häuser gekauft, gesichert und mit Auflagen verkauft.",),
    "mobilitaet": ("Der Rufbus fährt bis 22 Uhr in alle Dörfer, gefahren von Ehrenamtlichen.",),
    "gesundheit": ("Zwei Ärztinnen arbeiten angestellt in unserem kommunalen Versorgungszentrum.",),
    "bildung": ("Die Ganztagsschule nutzt die Vereinsräume, und die Vereine gestalten den Nachmittag.",),
    "wirtschaft": ("Zur Nachfolge laden wir jedes Frühjahr Betriebe und Gründerinnen an einen Tisch.",),
    "digitales": ("Zwei Drittel der Anträge kommen inzwischen digital und werden ohne Papier bearbeitet.",),
    "waerme": ("Das Nahwärmenetz versorgt Schule, Bad und 140 Häuser.",),
    "klima": ("Der Bach hat wieder Platz: Beim letzten Starkregen blieb die Altstadt trocken.",),
    "kultur": ("Das alte Kino läuft wieder, getragen von 300 Mitgliedern.",),
    "ehrenamt": ("Eine Ansprechpartnerin im Rathaus nimmt Vereinen die Anträge ab.",),
    "integration": ("Im Begegnungscafé finden neue Familien in einer Woche Sprachkurs und Verein.",),
    "demokratie": ("Die Ratssitzung beginnt mit einer offenen halben Stunde auf dem Markt.",),
    "finanzen": ("Unsere Förderlotsin hat in drei Jahren 4,2 Millionen Euro in die Stadt geholt.",),
    "personal": ("Mit der Hochschule bilden wir selbst aus; alle sechs sind geblieben.",),
    "demografie": ("Unsere Rückkehrertage zu Weihnachten bringen jedes Jahr Familien zurück.",),
    "sicherheit": ("Die Kinderfeuerwehr hat eine Warteliste und sichert den Nachwuchs.",),
    "ortsteile": ("Jedes Dorf hat ein eigenes Budget und einen festen Termin im Rat.",),
    "nahversorgung": ("Der Dorfladen trägt sich im dritten Jahr, als Genossenschaft mit 180 Anteilen.",),
    "sport": ("Das Freibad betreibt ein Verein, die Stadt zahlt Technik und Aufsicht.",),
    "bauen": ("Baulücken haben wir einzeln angesprochen: 31 sind seither bebaut.",),
    "infrastruktur": ("Straßen sanieren wir nach einer offenen Liste, die jeder einsehen kann.",),
}

IN_PROGRESS = (
    "Die Planung steht, im Frühjahr fangen wir an.",
    "Der Rat hat zugestimmt, jetzt suchen wir die Förderung.",
    "Eine Arbeitsgruppe trifft sich alle vier Wochen.",
    "Der erste Abschnitt ist fertig, der zweite folgt im nächsten Jahr.",
)

SEEKING = (
    "Wie haben Sie die Eigentümer gewonnen?",
    "Wer hat das mit wenig Personal geschafft?",
    "Uns fehlt ein Beispiel in unserer Größe.",
    "Was würden Sie beim zweiten Mal anders machen?",
)
