"""The rows of a Parquet file as JSON has them; needs the extra `parquet` (pyarrow)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError

BATCH = 1_000
INDEX = "__index_level_0__"  # pandas' unnamed index


def rows(path: Path) -> Iterator[tuple[dict[str, Any], int]]:
    """Each row, and how many NaN and infinities in it became None. Raises ReadinessError.

    Times are ISO 8601, durations seconds, bytes text (hex where they are none).
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise ReadinessError(
            f"{path} is a Parquet file, which needs the extra “parquet”: pip install 'readiness-tui[parquet]'. Or export"
            " it as JSON lines (df.to_json(…, orient='records', lines=True))."
        ) from None
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=BATCH):
                columns = [
                    column.cast(pa.timestamp("us", column.type.tz), safe=False)
                    if pa.types.is_timestamp(column.type)
                    else column
                    for column in batch.columns
                ]
                names = batch.schema.names
                for row in pa.RecordBatch.from_arrays(columns, names=names).to_pylist():
                    row.pop(INDEX, None)
                    lost: list[float] = []
                    yield {name: _plain(value, lost) for name, value in row.items()}, len(lost)
    except (pa.ArrowException, OSError, ValueError) as error:
        said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise ReadinessError(f"{path}: the Parquet file cannot be read ({said}). Export it again.") from error


def _plain(value: Any, lost: list[float]) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        lost.append(value)
        return None
    if isinstance(value, dict):
        return {str(name): _plain(part, lost) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        if value and all(isinstance(part, tuple) and len(part) == 2 for part in value):  # Arrow's map
            return {str(name): _plain(part, lost) for name, part in value}
        return [_plain(part, lost) for part in value]
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (bytes, bytearray)):
        try:
            return bytes(value).decode()
        except UnicodeDecodeError:
            return bytes(value).hex()
    return value
