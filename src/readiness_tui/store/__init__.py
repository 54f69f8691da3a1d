"""The one SQLite file: schema, migrations, one module per aggregate, and the audit trail."""

from readiness_tui.store.db import Store

__all__ = ["Store"]
