"""The one SQLite file: schema, migrations, one module per aggregate, the audit trail."""
