"""Official files become records: parsing only, no database, no clock."""

from kleinstadt_net.importers.records import (
    ContradictingDate,
    MissingDates,
    MunicipalityRecord,
    RegisterFile,
    RowProblem,
    Succession,
    SuccessionFile,
    UnreadableFile,
)
from kleinstadt_net.importers.register import read_register
from kleinstadt_net.importers.successions import (
    DISSOLUTION,
    KEY_CHANGE,
    NAME_CHANGE,
    PARTIAL_TRANSFER,
    read_successions,
)

__all__ = [
    "DISSOLUTION",
    "KEY_CHANGE",
    "NAME_CHANGE",
    "PARTIAL_TRANSFER",
    "ContradictingDate",
    "MissingDates",
    "MunicipalityRecord",
    "RegisterFile",
    "RowProblem",
    "Succession",
    "SuccessionFile",
    "UnreadableFile",
    "read_register",
    "read_successions",
]
