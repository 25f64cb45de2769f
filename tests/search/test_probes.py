"""Sixty ways in which people type towns of the bundled register, each with the town they mean."""

import pytest
from flask import Flask
from sqlalchemy import update

from kleinstadt_net.database import db
from kleinstadt_net.models import Town
from kleinstadt_net.services import directory, installation, register_load
from kleinstadt_net.services.directory_filters import VISITOR

# What an import of the official register adds to the bundled one.
POSTCODES = {"14626600": "02943", "06432011": "64846", "09575153": "91413"}

FIRST = 1
AMONG_THREE = 3
PROBES = (
    ("Müncheberg", "12064317", FIRST),
    ("Muencheberg", "12064317", FIRST),
    ("Muncheberg", "12064317", FIRST),
    ("Münchebreg", "12064317", FIRST),
    ("Weisswasser", "14626600", FIRST),
    ("Weißwasser", "14626600", FIRST),
    ("Weiswasser", "14626600", FIRST),
    ("weisswasser oberlausitz", "14626600", FIRST),
    ("02943", "14626600", FIRST),
    ("02943 Weißwasser", "14626600", FIRST),
    ("6484", "06432011", FIRST),
    ("91413", "09575153", FIRST),
    ("Bad Soden", "06435002", FIRST),
    ("Badsoden", "06435002", FIRST),
    ("Salmünster", "06435002", FIRST),
    ("Soden Salmuenster", "06435002", FIRST),
    ("Bad Sooden", "06636001", FIRST),
    ("Sooden Allendorf", "06636001", FIRST),
    ("St. Georgen", "08326052", FIRST),
    ("Sankt Georgen", "08326052", FIRST),
    ("St Georgen Schwarzw.", "08326052", FIRST),
    ("sankt georgen im schwarzwald", "08326052", FIRST),
    ("St. Leon", "08226103", FIRST),
    ("Sankt Leon Rot", "08226103", FIRST),
    ("Neumarkt St. Veit", "09183129", FIRST),
    ("Zell i. W.", "08336103", FIRST),
    ("Zell im Wiesenthal", "08336103", FIRST),
    ("Rottenbrug", "09274176", FIRST),
    ("Rottenburg Laaber", "09274176", FIRST),
    ("Rottenburg an der Laaber", "09274176", FIRST),
    ("Rothenburg o.d.T.", "09571193", FIRST),
    ("Rotenburg Fulda", "06632018", FIRST),
    ("Neustadt Aisch", "09575153", FIRST),
    ("Neustadt a.d.Aisch", "09575153", FIRST),
    ("neustadt an der waldnaab", "09374139", FIRST),
    ("Neustadt bei Coburg", "09473151", FIRST),
    ("Neustadt Donau", "09273152", FIRST),
    ("Oelsnitz Erzgebirge", "14521450", FIRST),
    ("Ölsnitz Vogtland", "14523300", FIRST),
    ("Oelsnitz", "14523300", AMONG_THREE),
    ("Lübben", "12061316", FIRST),
    ("Luebben Spreewald", "12061316", FIRST),
    ("Lübbenau", "12066196", FIRST),
    ("Wittstock Dosse", "12068468", FIRST),
    ("Halle Westfalen", "05754012", FIRST),
    ("Groß Zimmern", "06432011", FIRST),
    ("Gross-Zimmern", "06432011", FIRST),
    ("Großzimmern", "06432011", FIRST),
    ("Kirchheim München", "09184131", FIRST),
    ("Kirchheim bei München", "09184131", FIRST),
    ("Hohenstein Ernstthal", "14524120", FIRST),
    ("Hohenstein Ernsttal", "14524120", FIRST),
    ("Bad Munstereifel", "05366004", FIRST),
    ("Bernau Chiemsee", "09187118", FIRST),
    ("Loßburg", "08237045", FIRST),
    ("Lossburg", "08237045", FIRST),
    ("Teterrow", "13072106", FIRST),
    ("Jüterbock", "12072169", FIRST),
    ("Isny Allgäu", "08436049", FIRST),
    ("Clausthal", "03153018", FIRST),
    ("zellerfeld", "03153018", FIRST),
    ("Weissenburg Bayern", "09577177", FIRST),
    ("Königshofen Grabfeld", "09673141", FIRST),
    ("Titisee", "08315113", FIRST),
)


@pytest.mark.both_databases
def test_towns_are_found_as_people_type_them(app: Flask) -> None:
    register_load.load_bundled()
    for ags, postcode in POSTCODES.items():
        db.session.execute(update(Town).where(Town.ags == ags).values(postcode=postcode))
    installation.touch_town(1)
    db.session.commit()
    missed = {}
    for typed, ags, place in PROBES:
        found = [town.ags for town in directory.propose(typed, VISITOR, limit=place).rows]
        if ags not in found:
            missed[typed] = (ags, [t.name for t in directory.propose(typed, VISITOR, limit=3).rows])
    assert len(PROBES) >= 60 and not missed
