"""The AuszugGV as published: a workbook with a cover and one sheet of data, in all layouts since 2017."""

from kleinstadt_net.importers.auszug import COLUMNS, collect
from kleinstadt_net.importers.collecting import Collected
from kleinstadt_net.importers.workbook import sheet_rows

# The rest of the sheet's name is a date, written differently from year to year, or missing.
SHEET = ("Onlineprodukt_Gemeinden",)


def read(data: bytes) -> Collected:
    """Read the bytes of such a workbook; raises UnreadableFile when it is none."""
    return collect(sheet_rows(data, SHEET, COLUMNS))
