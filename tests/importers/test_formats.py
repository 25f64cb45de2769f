"""Each format, read from a small invented sample: what it yields, and what it tolerates."""

import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest

from kleinstadt_net.importers import MunicipalityRecord, RegisterFile, read_register
from tests.importers import samples
from tests.importers.samples import changed, saved

STATUS = date(2023, 11, 30)
POPULATION = date(2022, 12, 31)
TOWNS = ["16097001", "16097002", "16097003"]


def read_csv(folder: Path, content: str | bytes) -> RegisterFile:
    return read_register(saved(folder, content), status_date=STATUS, population_date=POPULATION)


def read_fixed_width(folder: Path, content: str | bytes) -> RegisterFile:
    return read_register(saved(folder, content), population_date=POPULATION)


def by_key(register: RegisterFile) -> dict[str, MunicipalityRecord]:
    assert register.problems == ()
    return {record.ags: record for record in register.municipalities}


class TestWorkbook:
    def test_a_row_becomes_a_record_with_every_field(self, tmp_path: Path) -> None:
        register = read_register(samples.workbook(tmp_path / "x"))
        assert by_key(register)["16097001"] == MunicipalityRecord(
            ags="16097001",
            ars="160970001001",
            name_official="Ellernrode, Stadt",
            name="Ellernrode",
            kind_key="63",
            kind="Stadt",
            land="16",
            kreis="16097",
            area_km2=44.39,
            population=11229,
            postcode="07999",
            lat=50.570341,
            lon=11.429935,
            tourism_region="Ellerntal",
            urbanisation=2,
        )

    def test_it_states_both_dates_itself_and_its_source_names_the_territory(self, tmp_path: Path) -> None:
        register = read_register(samples.workbook(tmp_path / "x"))
        assert (register.status_on, register.population_on) == (date(2024, 12, 31), date(2023, 12, 31))
        assert register.source == (
            "Statistisches Bundesamt (Destatis), Gemeindeverzeichnis, Gebietsstand 31.12.2024"
        )
        assert register.format == "AuszugGV xlsx"

    def test_areas_without_municipality_are_passed_over_silently(self, tmp_path: Path) -> None:
        register = read_register(samples.workbook(tmp_path / "x"))
        assert list(by_key(register)) == TOWNS
        assert register.kreise == {"16097": "Ellernkreis"}

    def test_a_date_merged_across_area_and_population_counts_for_both(self, tmp_path: Path) -> None:
        register = read_register(samples.workbook(tmp_path / "x", sheet="Onlineprodukt_Gemeinden"))
        assert (register.status_on, register.population_on) == (date(2023, 12, 31), date(2023, 12, 31))

    def test_the_old_layout_has_empty_texts_zero_coordinates_and_further_columns(
        self, tmp_path: Path
    ) -> None:
        places = (samples.ELLERNRODE, changed(gemeinde="002", lon=0, lat=0, postcode=""))
        data = [[*row, *[""] * 20] for row in samples.rows(places, empty="")]
        register = read_register(samples.workbook(tmp_path / "x", data, samples.OLD_SHEET))
        unknown = by_key(register)["16097002"]
        assert (unknown.lat, unknown.lon, unknown.postcode) == (None, None, None)
        assert (register.status_on, register.population_on) == (date(2017, 12, 31), date(2017, 12, 31))

    def test_zeros_lost_when_keys_became_numbers_are_put_back(self, tmp_path: Path) -> None:
        row = samples.cells(samples.ELLERNRODE)
        numeric = [60, 63, 1, 0, 51, 11.0, 11, *row[7:13], 1067, *row[14:18], 3, row[19]]
        record = by_key(read_register(samples.workbook(tmp_path / "x", [numeric])))["01051011"]
        assert (record.ars, record.land, record.kreis) == ("010510011011", "01", "01051")
        assert (record.postcode, record.urbanisation) == ("01067", 3)

    def test_a_slash_belongs_to_the_name_and_titles_after_the_comma_do_not(self, tmp_path: Path) -> None:
        places = (changed(name="Forst (Ellern)/Baršć (Łužyca), Stadt, Hochschulstadt"),)
        register = read_register(samples.workbook(tmp_path / "x", samples.rows(places)))
        assert by_key(register)["16097001"].name == "Forst (Ellern)/Baršć (Łužyca)"

    def test_blanks_of_every_sort_around_and_within_names_become_plain_ones(self, tmp_path: Path) -> None:
        places = (changed(name="\u00a0Bad\u202f Ellernrode \u00a0"),)
        register = read_register(samples.workbook(tmp_path / "x", samples.rows(places)))
        assert by_key(register)["16097001"].name_official == "Bad Ellernrode"

    def test_a_letter_and_its_accent_written_apart_are_joined(self, tmp_path: Path) -> None:
        places = (changed(name="Mu\u0308hlrode"),)
        register = read_register(samples.workbook(tmp_path / "x", samples.rows(places)))
        assert by_key(register)["16097001"].name == "Mühlrode"

    @pytest.mark.parametrize(
        ("key", "kind"),
        [
            ("60", "Markt"),
            ("61", "Kreisfreie Stadt"),
            ("62", "Stadtkreis"),
            ("64", "Gemeinde"),
            ("67", "Große Kreisstadt"),
            ("68", "Gemeinde"),
        ],
    )
    def test_the_textkennzeichen_is_kept_beside_its_word(self, tmp_path: Path, key: str, kind: str) -> None:
        register = read_register(samples.workbook(tmp_path / "x", samples.rows([changed(kind=key)])))
        record = by_key(register)["16097001"]
        assert (record.kind_key, record.kind) == (key, kind)

    def test_texts_kept_apart_from_their_cells_are_found(self, tmp_path: Path) -> None:
        plain = samples.workbook(tmp_path / "x")
        shared = samples.with_shared_strings(samples.workbook(tmp_path / "y"))
        with zipfile.ZipFile(shared) as archive:
            assert b"Ellernrode" not in archive.read("xl/worksheets/sheet2.xml")
        assert read_register(shared) == read_register(plain)

    def test_a_wrong_size_claimed_by_the_sheet_hides_no_row(self, tmp_path: Path) -> None:
        register = read_register(
            samples.rewritten(
                samples.workbook(tmp_path / "x"),
                lambda name, content: (
                    samples.with_dimension(content, "A1:B2") if "sheet2" in name else content
                ),
            )
        )
        assert list(by_key(register)) == TOWNS


class TestSavedAsCsv:
    def test_displayed_numbers_are_understood(self, tmp_path: Path) -> None:
        places = (changed(population=91113, area=156.73),)
        record = by_key(read_csv(tmp_path, samples.csv_text(samples.rows(places))))["16097001"]
        assert (record.population, record.area_km2) == (91113, 156.73)
        assert (record.lon, record.lat) == (11.429935, 50.570341)

    @pytest.mark.parametrize("thousands", [" ", "\u00a0", "\u202f", "."])
    def test_thousands_may_be_set_apart_by_any_blank_or_a_point(self, tmp_path: Path, thousands: str) -> None:
        content = samples.csv_text().replace(" 11 229", f" 11{thousands}229")
        assert by_key(read_csv(tmp_path, content))["16097001"].population == 11229

    def test_mark_line_ends_and_windows_encoding_do_not_matter(self, tmp_path: Path) -> None:
        content = samples.csv_text(samples.rows([changed(name="Mühlrode, Stadt")]))
        plain = read_csv(tmp_path, content).municipalities
        assert plain[0].name == "Mühlrode"
        for variant in (
            b"\xef\xbb\xbf" + content.encode(),
            content.replace("\n", "\r\n").encode(),
            content.encode("cp1252"),
        ):
            assert read_csv(tmp_path, variant).municipalities == plain

    @pytest.mark.parametrize("separator", [";", "\t"])
    def test_semicolons_and_tabs_separate(self, tmp_path: Path, separator: str) -> None:
        register = read_csv(tmp_path, samples.csv_text(separator=separator))
        assert list(by_key(register)) == TOWNS
        assert (register.format, register.status_on, register.population_on) == (
            "AuszugGV CSV",
            STATUS,
            POPULATION,
        )

    def test_commas_separate_when_cells_are_quoted(self, tmp_path: Path) -> None:
        quoted = "".join(
            ",".join(f'"{cell}"' for cell in samples.displayed(row)) + "\n" for row in samples.rows()
        )
        assert list(by_key(read_csv(tmp_path, quoted))) == TOWNS

    def test_a_header_that_was_kept_states_the_dates(self, tmp_path: Path) -> None:
        header = (
            ';;"Gebietsstand am\n31.12.2024 (4. Quartal)";;;;;;"Fläche km2 1)\nam 30.06.2024";'
            '"Bevölkerung\nam 31.12.2023 (Jahr)"\n'
        )
        register = read_register(saved(tmp_path, header + samples.csv_text()))
        assert (register.status_on, register.population_on) == (date(2024, 12, 31), date(2023, 12, 31))

    def test_footnotes_below_the_rows_are_no_problem(self, tmp_path: Path) -> None:
        notes = ";;;\nQuelle: Gemeindeverzeichnis;;;\n\n(c) Statistisches Bundesamt\n"
        assert list(by_key(read_csv(tmp_path, samples.csv_text() + notes))) == TOWNS


class TestFixedWidth:
    def test_a_line_becomes_a_record_without_point_and_region(self, tmp_path: Path) -> None:
        register = read_fixed_width(tmp_path, "\n".join(samples.gv_lines()))
        record = by_key(register)["16097002"]
        assert (record.ars, record.name) == ("160975002002", "Lauenfurt/Lawny Brod")
        assert (record.area_km2, record.population, record.postcode) == (44.39, 7422, "07999")
        assert (record.lat, record.lon, record.tourism_region, record.urbanisation) == (
            None,
            None,
            None,
            None,
        )
        assert list(by_key(register)) == TOWNS
        assert register.kreise == {"16097": "Ellernkreis"}

    def test_it_states_the_territory_and_the_option_adds_the_population_date(self, tmp_path: Path) -> None:
        register = read_fixed_width(tmp_path, "\n".join(samples.gv_lines()))
        assert (register.format, register.status_on, register.population_on) == (
            "GV100AD",
            STATUS,
            POPULATION,
        )

    def test_columns_are_characters_whatever_bytes_they_take(self, tmp_path: Path) -> None:
        lines = samples.gv_lines([changed(name="Forst (Ellern)/Baršć (Łužyca), Stadt")])
        record = by_key(read_fixed_width(tmp_path, "\n".join(lines)))["16097001"]
        assert (record.name, record.population) == ("Forst (Ellern)/Baršć (Łužyca)", 11229)

    def test_mark_line_ends_windows_encoding_and_end_sign_do_not_matter(self, tmp_path: Path) -> None:
        content = "\n".join(samples.gv_lines([changed(name="Mühlrode, Stadt")]))
        plain = read_fixed_width(tmp_path, content).municipalities
        assert plain[0].name == "Mühlrode"
        for variant in (
            b"\xef\xbb\xbf" + content.encode(),
            content.replace("\n", "\r\n").encode() + b"\r\n\x1a",
            content.encode("cp1252"),
        ):
            assert read_fixed_width(tmp_path, variant).municipalities == plain


class TestDetection:
    def test_the_name_of_a_file_says_nothing(self, tmp_path: Path) -> None:
        book = samples.workbook(tmp_path / "book.xlsx").rename(tmp_path / "register.csv")
        assert read_register(book).format == "AuszugGV xlsx"
        text = saved(tmp_path, "\n".join(samples.gv_lines()), "register.xlsx")
        assert read_register(text, population_date=POPULATION).format == "GV100AD"

    def test_dates_given_as_stated_are_accepted(self, tmp_path: Path) -> None:
        book = samples.workbook(tmp_path / "x")
        stated = read_register(book)
        given = read_register(book, status_date=stated.status_on, population_date=stated.population_on)
        assert given == stated
        assert not isinstance(given.status_on, datetime)
