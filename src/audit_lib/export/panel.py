"""The scores of all notices as one panel, in CSV and Parquet: the table that `load_scores` returns."""

from io import BytesIO
from pathlib import Path

import pandas as pd

from audit_lib.errors import AuditError
from audit_lib.files import save_bytes
from audit_lib.notebook.scores import join_places, type_days
from audit_lib.sources import Source
from audit_lib.tables.build import read_source
from audit_lib.tables.storage import format_table


def read_panel(data: Path, sources: list[Source]) -> tuple[pd.DataFrame, list[AuditError]]:
    """Read the scores of notices as one table, and the error of each notice that cannot be read.

    They are read from the raw files and data/reference, as `audit-lib build` does; data/processed is not used.
    """
    scores: dict[str, list[pd.DataFrame]] = {}
    errors = []
    for source in sources:
        try:
            scores.setdefault(source.jurisdiction, []).append(read_source(data, source).scores)
        except AuditError as error:
            errors.append(error)
    tables = {place: pd.concat(read, ignore_index=True) for place, read in scores.items() if read}
    return join_places(data, tables), errors


def save_panel(panel: pd.DataFrame, folder: Path) -> list[Path]:
    """Write scores.csv and scores.parquet to a folder, each whole or not at all; returns their paths.

    Days are dates in Parquet and ISO text in CSV; what is missing is null in Parquet and empty in CSV. The same data
    make the same bytes.
    """
    csv, parquet = folder / "scores.csv", folder / "scores.parquet"
    save_bytes(format_table(panel, "panel", csv).encode(), csv)
    save_bytes(_write_parquet(type_days(panel)), parquet)
    return [csv, parquet]


def _write_parquet(panel: pd.DataFrame) -> bytes:
    import fastparquet  # takes as long to import as the panel of this project to write

    content = BytesIO()
    content.close = lambda: None  # type: ignore[method-assign]  # fastparquet closes what it has written
    panel = panel.astype(dict.fromkeys(panel.select_dtypes("float64"), "Float64"))  # null, not NaN
    fastparquet.write("scores.parquet", panel, compression="ZSTD", write_index=False, open_with=lambda *_: content)
    return content.getvalue()
