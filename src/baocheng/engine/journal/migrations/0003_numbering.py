from django.db import migrations


class Migration(migrations.Migration):
    """The sequence of `engine.numbering`; it lives in the lowest room that has migrations."""

    dependencies = [("journal", "0002_append_only")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE baocheng_numbering CACHE 1", "DROP SEQUENCE baocheng_numbering"
        )
    ]
