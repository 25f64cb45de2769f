"""``flask towns import-addresses``: where town halls get their letters."""

from pathlib import Path

from kleinstadt_net.cli.domains import run_import
from kleinstadt_net.cli.towns import DRY_RUN, FILE, group
from kleinstadt_net.services import town_addresses


@group.command("import-addresses")
@FILE
@DRY_RUN
def import_addresses(file: Path, dry_run: bool) -> None:
    """Bring a CSV file with the columns ags,recipient,street,postcode,place[,email][,source] in."""
    run_import(town_addresses.import_file, file, dry_run)
