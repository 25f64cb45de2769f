"""A town's picture from upload to removal, and who may see it."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import clock, settings
from kleinstadt_net.database import db
from kleinstadt_net.files import store
from kleinstadt_net.models import Letter, Picture, Section, Town
from kleinstadt_net.services import pictures
from kleinstadt_net.services.pictures import Caption, PictureRefused
from tests.files import samples
from tests.support.cast import Cast

CAPTION = Caption("Der Marktplatz.", "Stadt Ellernrode", "eigenes Bild")


@pytest.fixture(autouse=True)
def _own_directory(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bound = settings.current().model_copy(update={"data_dir": tmp_path})
    monkeypatch.setitem(app.config, settings.SETTINGS_KEY, bound)


def files() -> list[str]:
    return sorted(name for name, _ in store.names(pictures.FOLDER))


def test_a_new_picture_takes_the_place_of_the_old_one_and_leaves_no_file_behind(cast: Cast) -> None:
    revision = db.session.get_one(Town, cast.town.id).revision
    assert pictures.upload(cast.town.id, cast.mayor.id, samples.picture(), CAPTION)
    first = pictures.of_town(cast.town.id, verified=False)
    assert first is not None and first.widths == (400, 800, 1200) and len(files()) == 3
    assert pictures.upload(cast.town.id, cast.mayor.id, samples.picture(500, 400), CAPTION)
    second = pictures.of_town(cast.town.id, verified=False)
    assert second is not None and second.token != first.token
    assert files() == [f"{second.token}-400.jpg", f"{second.token}-500.jpg"]
    assert db.session.get_one(Town, cast.town.id, populate_existing=True).revision > revision
    assert not pictures.remove(cast.other_town.id, cast.stranger.id, second.picture_id)
    assert pictures.remove(cast.town.id, cast.mayor.id, second.picture_id) and files() == []


def test_a_refused_picture_changes_nothing(cast: Cast) -> None:
    pictures.upload(cast.town.id, cast.mayor.id, samples.picture(), CAPTION)
    before = files()
    with pytest.raises(PictureRefused):
        pictures.upload(cast.town.id, cast.mayor.id, samples.SVG, CAPTION)
    assert files() == before and pictures.of_town(cast.town.id, verified=False) is not None


def test_an_editors_picture_waits_for_a_lead(cast: Cast) -> None:
    pictures.upload(cast.town.id, cast.mayor.id, samples.picture(), CAPTION)
    assert not pictures.upload(cast.town.id, cast.colleague.id, samples.picture(600, 400), CAPTION)
    own = pictures.own(cast.town.id)
    assert own.shown and own.waiting and own.shown.token != own.waiting.token
    assert db.session.scalars(select(Letter.kind)).all() == ["drafts_waiting"]
    # She may neither touch what is shown nor release what waits, and nobody outside may see it.
    assert not pictures.remove(cast.town.id, cast.colleague.id, own.shown.picture_id)
    assert not pictures.describe(cast.town.id, cast.colleague.id, own.shown.picture_id, CAPTION)
    assert not pictures.release(cast.town.id, cast.colleague.id, own.waiting.picture_id)
    token = own.waiting.token
    assert pictures.file(token, 600, verified=True, own_town_ids=[cast.other_town.id]) is None
    assert pictures.file(token, 600, verified=True, own_town_ids=[cast.town.id])
    assert pictures.describe(cast.town.id, cast.colleague.id, own.waiting.picture_id, CAPTION)
    assert pictures.release(cast.town.id, cast.mayor.id, own.waiting.picture_id)
    assert not pictures.release(cast.town.id, cast.mayor.id, own.waiting.picture_id)
    shown = pictures.own(cast.town.id)
    assert shown.waiting is None and shown.shown and shown.shown.token == token
    assert len(files()) == 2


def test_it_is_seen_by_whoever_may_read_the_section_it_belongs_to(cast: Cast) -> None:
    pictures.upload(cast.town.id, cast.mayor.id, samples.picture(), CAPTION)
    row = pictures.of_town(cast.town.id, verified=False)
    assert row and pictures.file(row.token, 400, verified=False, own_town_ids=[])
    assert pictures.file(row.token, 401, verified=False, own_town_ids=[]) is None
    db.session.add(
        Section(
            town_id=cast.town.id,
            thesis="t02",
            fields={},
            text="",
            visibility="verified",
            confirmed_on=clock.today(),
            changed_at=clock.now(),
        )
    )
    db.session.commit()
    assert pictures.of_town(cast.town.id, verified=False) is None
    assert pictures.file(row.token, 400, verified=False, own_town_ids=[]) is None
    assert pictures.file(row.token, 400, verified=True, own_town_ids=[])
    cast.town.suspended_at = clock.now()
    db.session.commit()
    assert pictures.of_town(cast.town.id, verified=True) is None


def test_files_nobody_names_are_swept_away_after_a_day(cast: Cast) -> None:
    pictures.upload(cast.town.id, cast.mayor.id, samples.picture(500, 400), CAPTION)
    store.write(pictures.FOLDER, "niemandes-400.jpg", b"x")
    assert pictures.sweep(clock.now()) == 0
    assert pictures.sweep(clock.now() + timedelta(days=2)) == 1
    assert len(files()) == 2 and db.session.scalars(select(Picture)).one()


@pytest.mark.parametrize("name", ["../x.jpg", "a/b.jpg", "", ".new-1", "a\0.jpg", "x.jpg.exe.jpg"])
def test_no_name_leads_out_of_the_directory(app: Flask, name: str) -> None:
    with pytest.raises(ValueError):
        store.read(pictures.FOLDER, name)
