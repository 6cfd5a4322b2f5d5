from django.db import migrations

from studio.images import words

TABLE = """
CREATE VIRTUAL TABLE images_words USING fts5(
    words, image UNINDEXED, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
)
"""
COLUMN = """
ALTER TABLE images_image ADD COLUMN lexemes tsvector
GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, words)) STORED
"""
INDEX = "CREATE INDEX image_lexemes ON images_image USING gin (lexemes) WHERE binned_at IS NULL"


def make_index(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(TABLE, params=None)
    else:
        schema_editor.execute(COLUMN, params=None)
        schema_editor.execute(INDEX, params=None)


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE images_words", params=None)
    else:
        schema_editor.execute("ALTER TABLE images_image DROP COLUMN lexemes", params=None)


def fill(apps, schema_editor):
    """Ratios and words of the pictures that are there. The index and the counts are written by ``prepare``,
    through the code that keeps them."""
    Image = apps.get_model("images", "Image")
    rows = Image.objects.select_related("blob").only(
        *("prompt", "alt", "name", "owner_id", "team_id", "blob__width", "blob__height")
    )
    batch = []
    for image in rows.iterator(chunk_size=500):
        image.ratio = min(5000, max(200, round(1000 * image.blob.width / image.blob.height)))
        image.words = words.indexed(image.owner_id, image.team_id, image.prompt, image.alt, image.name)
        batch.append(image)
        if len(batch) == 500:
            Image.objects.bulk_update(batch, ["ratio", "words"])
            batch = []
    Image.objects.bulk_update(batch, ["ratio", "words"])


class Migration(migrations.Migration):
    """The search index. A table remade by SQLite keeps it, for it is a table of its own."""

    dependencies = [("images", "0002_shelves")]

    operations = [
        migrations.RunPython(make_index, drop_index),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
