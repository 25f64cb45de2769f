"""Words by which a text without its town's name is looked through, all folded."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# German words towns are called like as well; they count as names only where a place is spoken of.
ORDINARY = _words(
    """
    au aue bad berg bergen born brand bruch brunnen buch buchen burg busch dorf eiche eichen erlen essen feld felde
    fels forst frieden furt garten gold grub grund hafen hagen hain halle hallen hamm haus hausen heide hof hofe
    hohe holz horn hort hude kamp kern kirche kirchen klein krug land lauf leer linde linden mark markt mitte moor
    moos muehle neustadt norden ost plan rade rain rat reit roth ruhe sand scheer see seen sommer stade stadt stein
    sued tal tann tanne teichen thal ufer wald wall walde wasser weg weide weiden weil weiler welt werder west wesen
    wiese wiesen winter wort zell ziegel buechen haeusern steinen welle wache wehr warte auen lage lagen halten
    kreis rieden rot riegel stelle borken wagen wangen rosen brueck bruecken neuen gera kehl wende form
    """
)
BEFORE_PLACES = _words(
    """
    in aus bei nach von um stadt gemeinde raum rathaus ort umgebung kreis landkreis nahe
    """
)
# What people are called most often; with a word in capitals behind it somebody is named. Those that are words of
# the language as well (August, Ernst, Heide, Mark) are left out.
FIRST_NAMES = _words(
    """
    achim adelheid albert alexander alexandra alfred andrea andreas angela angelika anja anke anna anne annegret
    annette antje anton arne arno astrid axel barbara beate benjamin bernd bernhard bettina birgit bjoern brigitte
    britta burkhard carmen carola carsten catrin christa christel christian christiane christina christine christoph
    claudia cornelia daniel daniela david dennis detlef dieter dietmar dirk doris dorothea eberhard eckhard edgar
    edith elisabeth elke ellen erich erika erwin esther eva evelyn fabian felix florian franz franziska friederike
    friedhelm friedrich gabriele georg gerald gerd gerda gerhard gerlinde gisela gitta gottfried gregor gudrun
    guenter guenther guido gunnar hannelore hannes hans harald hartmut heidi heike heiko heinrich heinz helga helmut
    hendrik henning herbert hermann holger horst hubert hugo ilona ilse ina ines ingeborg ingo ingrid irene irmgard
    isabel jan jana janina jens joachim jochen johann johanna johannes jonas josef judith juergen julia julian jutta
    kai karin karl karla karola karsten katharina kathrin katja katrin kerstin kevin klaus knut konrad kristin kurt
    lars laura lena leonie lisa lothar ludwig lukas lutz maik manfred manuela marcel marco marcus margarete margit
    maria marianne marie marina mario marion markus marlies martin martina mathias matthias max maximilian melanie
    michael michaela miriam monika nadine nicole niels nils nina norbert olaf oliver oskar otto patrick paul peter
    petra philipp rainer ralf ralph ramona regina reiner reinhard renate rene richard rita robert roland rolf roman
    ronald rudolf ruediger ruth sabine sabrina sandra sarah sascha sebastian siegfried sigrid silke silvia simon
    simone sonja stefan stefanie steffen stephan susanne sven svenja tanja thomas thorsten tim timo tobias torsten
    udo ulf ulrich ulrike ursula ute uwe valentin vera verena veronika viktor volker volkmar waldemar walter
    waltraud werner wilfried wilhelm willi winfried wolfgang yvonne
    """
)
