from django.db import migrations

FORWARD = """
CREATE FUNCTION policies_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a policy transaction is immutable: % refused', TG_OP;
END $$;
CREATE TRIGGER policies_transaction_immutable BEFORE UPDATE OR DELETE ON policies_transaction
    FOR EACH ROW EXECUTE FUNCTION policies_refuse_change();
CREATE TRIGGER policies_transaction_no_truncate BEFORE TRUNCATE ON policies_transaction
    FOR EACH STATEMENT EXECUTE FUNCTION policies_refuse_change();
"""
BACKWARD = """
DROP TRIGGER policies_transaction_no_truncate ON policies_transaction;
DROP TRIGGER policies_transaction_immutable ON policies_transaction;
DROP FUNCTION policies_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
