"""A file that cannot be used is refused as a whole, in one clear English sentence."""

import os
import zipfile
from datetime import date
from pathlib import Path

import pytest

from kleinstadt_net.importers import (
    ContradictingDate,
    MissingDates,
    UnreadableFile,
    detect,
    read_register,
    read_successions,
    workbook,
)
from tests.importers import samples
from tests.importers.samples import saved

DAY = date(2024, 12, 31)
ANOTHER_DAY = date(2023, 12, 31)
MEGABYTE = 2**20


def refusal(path: Path) -> str:
    """What the operator is told; both dates are given so that only the file can be at fault."""
    with pytest.raises(UnreadableFile) as caught:
        read_register(path, status_date=DAY, population_date=ANOTHER_DAY)
    assert not isinstance(caught.value, MissingDates | ContradictingDate)
    return str(caught.value)


class TestAnyFile:
    def test_a_missing_file(self, tmp_path: Path) -> None:
        assert "cannot be read: No such file or directory" in refusal(tmp_path / "nowhere.xlsx")

    def test_a_name_no_file_can_have(self) -> None:
        assert "cannot be read" in refusal(Path("a\0b"))
        assert "cannot be read" in refusal(Path("a" * 5000))

    def test_a_directory(self, tmp_path: Path) -> None:
        assert "is a directory" in refusal(tmp_path)

    def test_a_pipe_does_not_block(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        assert "is not an ordinary file" in refusal(tmp_path / "pipe")

    @pytest.mark.parametrize("content", [b"", b" \r\n \n"])
    def test_an_empty_file(self, tmp_path: Path, content: bytes) -> None:
        assert "is empty" in refusal(saved(tmp_path, content))

    def test_a_file_that_is_far_too_large(self, tmp_path: Path) -> None:
        path = tmp_path / "huge"
        with path.open("wb") as stream:
            stream.truncate(detect.MAX_BYTES + 1)
        assert "larger than 32 MB" in refusal(path)

    def test_a_file_of_far_too_many_lines(self, tmp_path: Path) -> None:
        assert "more than 200000 lines" in refusal(saved(tmp_path, "60\n" * 200_001))

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ("Dear colleague,\nplease find attached the register.\n", "is no register"),
            ("<html><body>60;63;16</body></html>", "is no register"),
            ("ags,name\n16097001,Ellernrode\n", "is no register"),
            (b"\xef\xbb\xbf", "is no register"),
            (b"%PDF-1.7 60;63", "is a PDF document"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "password-protected workbook"),
            (b"\x1f\x8b\x08\0", "unpack it first"),
            (b"60;63\0", "is binary"),
        ],
    )
    def test_what_is_no_register(self, tmp_path: Path, content: str | bytes, said: str) -> None:
        assert said in refusal(saved(tmp_path, content))

    def test_a_wrong_encoding(self, tmp_path: Path) -> None:
        content = samples.csv_text(samples.rows([samples.changed(name="Mühlrode")]))
        assert "save it as UTF-8" in refusal(saved(tmp_path, content.encode("utf-16")))
        assert "neither UTF-8 nor Windows-1252" in refusal(saved(tmp_path, content.encode("cp850")))

    def test_a_register_without_one_valid_row_names_its_first_problem(self, tmp_path: Path) -> None:
        content = samples.csv_text(samples.rows([samples.changed(population=-5)]))
        assert refusal(saved(tmp_path, content)) == (
            "The file holds no valid row of a municipality. First problem: line 5: the population is negative: -5."
        )

    def test_a_register_of_areas_without_municipality_only(self, tmp_path: Path) -> None:
        content = samples.csv_text(samples.rows([samples.FOREST]))
        assert refusal(saved(tmp_path, content)) == "The file holds no valid row of a municipality."

    def test_fixed_width_of_a_wrong_length_everywhere(self, tmp_path: Path) -> None:
        content = "\n".join(line.rstrip() for line in samples.gv_lines())
        assert "none of its lines has 220 characters" in refusal(saved(tmp_path, content))


class TestWorkbooks:
    def test_a_workbook_without_the_sheet_names_those_it_has(self, tmp_path: Path) -> None:
        said = refusal(samples.workbook(tmp_path / "x", sheet="Gebietsaenderungen"))
        assert "no sheet whose name begins with" in said
        assert "'Inhalt', 'Gebietsaenderungen'" in said

    def test_a_sheet_without_rows(self, tmp_path: Path) -> None:
        assert "no valid row" in refusal(samples.workbook(tmp_path / "x", data=[]))

    def test_a_packed_download(self, tmp_path: Path) -> None:
        path = samples.packed(tmp_path / "x", {"GV100AD.txt": b"60"})
        assert "unpack it" in refusal(path)

    def test_a_workbook_cut_off(self, tmp_path: Path) -> None:
        whole = samples.workbook(tmp_path / "x").read_bytes()
        assert "is damaged" in refusal(saved(tmp_path, whole[: len(whole) // 2]))

    def test_a_workbook_with_overwritten_bytes(self, tmp_path: Path) -> None:
        whole = bytearray(samples.workbook(tmp_path / "x").read_bytes())
        with zipfile.ZipFile(tmp_path / "x") as archive:
            start = archive.getinfo("xl/worksheets/sheet2.xml").header_offset + 100
        whole[start : start + 20] = b"\xff" * 20
        assert "is damaged" in refusal(saved(tmp_path, bytes(whole)))

    @pytest.mark.parametrize("part", ["xl/worksheets/sheet2.xml", "xl/workbook.xml", "xl/styles.xml"])
    @pytest.mark.parametrize("content", [b"", b"<broken", b"<other xmlns='urn:x'/>"])
    def test_a_workbook_of_foreign_xml(self, tmp_path: Path, part: str, content: bytes) -> None:
        book = samples.workbook(tmp_path / "x")
        path = samples.rewritten(book, lambda name, old: content if name == part else old)
        if part == "xl/styles.xml" and content.startswith(b"<other"):
            # Styles carry no figures: openpyxl does without them.
            assert read_register(path).problems == ()
        else:
            assert refusal(path)

    def test_an_encrypted_workbook(self, tmp_path: Path) -> None:
        whole = samples.workbook(tmp_path / "x").read_bytes()
        # Bit 0 of the flags in every entry of the central directory.
        entries = whole.split(b"PK\x01\x02")
        entries[1:] = [entry[:4] + bytes([entry[4] | 1]) + entry[5:] for entry in entries[1:]]
        assert "is encrypted" in refusal(saved(tmp_path, b"PK\x01\x02".join(entries)))


class TestBombs:
    def bomb(self, tmp_path: Path, part: str, content: bytes) -> Path:
        book = samples.workbook(tmp_path / "x")
        return samples.rewritten(book, lambda name, old: content if name == part else old)

    def test_a_sheet_that_unpacks_to_too_much(self, tmp_path: Path) -> None:
        path = self.bomb(tmp_path, "xl/worksheets/sheet2.xml", b" " * (workbook.MAX_UNPACKED_BYTES + 1))
        assert path.stat().st_size < MEGABYTE
        assert "It was not opened" in refusal(path)

    def test_a_sheet_packed_too_well(self, tmp_path: Path) -> None:
        path = self.bomb(tmp_path, "xl/worksheets/sheet2.xml", b" " * (2 * MEGABYTE))
        assert "over 100 times its size" in refusal(path)

    def test_styles_that_would_grow_into_a_huge_tree(self, tmp_path: Path) -> None:
        path = self.bomb(tmp_path, "xl/styles.xml", os.urandom(workbook.MAX_TREE_BYTES + 1))
        assert "It was not opened" in refusal(path)

    def test_a_picture_may_not_be_a_bomb_either(self, tmp_path: Path) -> None:
        book = samples.workbook(tmp_path / "x")
        with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/media/image1.png", b"\0" * (workbook.MAX_UNPACKED_BYTES + 1))
        assert "It was not opened" in refusal(book)

    def test_a_size_that_is_claimed_too_small_unpacks_no_further(self, tmp_path: Path) -> None:
        part = "xl/worksheets/sheet2.xml"
        path = self.bomb(tmp_path, part, b" " * (40 * MEGABYTE))
        with zipfile.ZipFile(path) as archive:
            true_size = archive.getinfo(part).file_size.to_bytes(4, "little")
        whole = path.read_bytes()
        assert whole.count(true_size) == 2
        assert "is damaged" in refusal(
            saved(tmp_path, whole.replace(true_size, (1000).to_bytes(4, "little")))
        )

    def test_entities_are_refused_before_any_parser_sees_them(self, tmp_path: Path) -> None:
        path = self.bomb(tmp_path, "xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>')
        assert "no spreadsheet program writes" in refusal(path)

    def test_far_too_many_parts(self, tmp_path: Path) -> None:
        book = samples.workbook(tmp_path / "x")
        with zipfile.ZipFile(book, "a") as archive:
            for number in range(workbook.MAX_PARTS):
                archive.writestr(f"xl/part{number}.xml", b"<x/>")
        assert "far too many" in refusal(book)

    def test_a_row_number_beyond_any_sheet_ends_the_reading(self, tmp_path: Path) -> None:
        book = samples.workbook(tmp_path / "x")
        path = samples.rewritten(book, lambda _, old: old.replace(b'<row r="12"', b'<row r="99999999999"'))
        assert "more than 200000 rows" in refusal(path)

    def test_foreign_parts_of_the_archive_are_never_read(self, tmp_path: Path) -> None:
        book = samples.workbook(tmp_path / "x")
        with zipfile.ZipFile(book, "a") as archive:
            archive.writestr("customXml/item1.xml", '<?xml version="1.0"?><a/>'.encode("utf-16"))
        assert len(read_register(book).municipalities) == 3


class TestDates:
    def fixed_width(self, tmp_path: Path) -> Path:
        return saved(tmp_path, "\n".join(samples.gv_lines()))

    def test_a_csv_needs_both_options(self, tmp_path: Path) -> None:
        with pytest.raises(MissingDates) as caught:
            read_register(saved(tmp_path, samples.csv_text()))
        assert str(caught.value) == (
            "The file does not say the territorial status and the population date. A register needs two dates: "
            "--status-date (missing, please give it as YYYY-MM-DD) and "
            "--population-date (missing, please give it as YYYY-MM-DD)."
        )

    def test_one_option_leaves_the_other_to_be_asked_for(self, tmp_path: Path) -> None:
        with pytest.raises(
            MissingDates, match=r"--status-date \(2024-12-31\) and --population-date \(missing"
        ):
            read_register(saved(tmp_path, samples.csv_text()), status_date=DAY)

    def test_fixed_width_lacks_the_population_date_only(self, tmp_path: Path) -> None:
        with pytest.raises(MissingDates) as caught:
            read_register(self.fixed_width(tmp_path))
        assert str(caught.value).startswith("The file does not say the population date. ")
        assert "--status-date (2023-11-30) and --population-date (missing" in str(caught.value)

    def test_an_option_may_not_contradict_the_file(self, tmp_path: Path) -> None:
        with pytest.raises(
            ContradictingDate, match="--status-date 2024-12-31 contradicts the file, which states 2023-11-30"
        ):
            read_register(self.fixed_width(tmp_path), status_date=DAY, population_date=ANOTHER_DAY)
        with pytest.raises(ContradictingDate, match="--population-date 2024-12-31"):
            read_register(samples.workbook(tmp_path / "x"), population_date=DAY)

    def test_a_workbook_whose_header_was_cut_off_needs_both_options(self, tmp_path: Path) -> None:
        book = samples.workbook(tmp_path / "x", sheet="Onlineprodukt_Gemeinden_Kopie")
        with pytest.raises(MissingDates):
            read_register(book)
        register = read_register(book, status_date=DAY, population_date=ANOTHER_DAY)
        assert (register.status_on, register.population_on) == (DAY, ANOTHER_DAY)

    def test_a_date_of_the_area_alone_is_no_population_date(self, tmp_path: Path) -> None:
        header = 'Satzart;;"Gebietsstand am 31.12.2024";;;;;;"Fläche am 31.12.2024";Bevölkerung\n'
        with pytest.raises(MissingDates, match="does not say the population date"):
            read_register(saved(tmp_path, header + samples.csv_text()))


def test_successions_and_registers_are_not_mistaken_for_each_other(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match='no sheet whose name begins with "Gebietsaenderungen"'):
        read_successions(samples.workbook(tmp_path / "x"))
    with pytest.raises(UnreadableFile, match="no workbook"):
        read_successions(saved(tmp_path, samples.csv_text()))
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_successions(tmp_path / "nowhere.xlsx")
