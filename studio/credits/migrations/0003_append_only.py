from django.db import migrations

TABLES = ("credits_entry", "accounts_auditrow")

SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""

POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
POSTGRESQL = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""


def refuse_changes(apps, schema_editor):
    on_sqlite = schema_editor.connection.vendor == "sqlite"
    if not on_sqlite:
        schema_editor.execute(POSTGRESQL_FUNCTION, params=None)
    template = SQLITE if on_sqlite else POSTGRESQL
    for table in TABLES:
        for verb in ("update", "delete"):
            schema_editor.execute(template.format(table=table, verb=verb), params=None)


def allow_changes(apps, schema_editor):
    for table in TABLES:
        for verb in ("update", "delete"):
            where = "" if schema_editor.connection.vendor == "sqlite" else f" ON {table}"
            schema_editor.execute(f"DROP TRIGGER {table}_no_{verb}{where}", params=None)


class Migration(migrations.Migration):
    """Entries and audit rows are append-only, whoever asks: a table remade by SQLite loses its triggers, so a
    later migration that alters one of the two must make them again (``ledger_check`` looks)."""

    dependencies = [("credits", "0002_entry_sequence"), ("accounts", "0001_initial")]

    operations = [migrations.RunPython(refuse_changes, allow_changes)]
