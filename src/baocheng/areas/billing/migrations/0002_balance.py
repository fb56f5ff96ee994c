from django.db import migrations

FORWARD = """
CREATE FUNCTION billing_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % refused', TG_OP;
END $$;
CREATE TRIGGER billing_posting_immutable BEFORE UPDATE OR DELETE ON billing_posting
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER billing_posting_no_truncate BEFORE TRUNCATE ON billing_posting
    FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER billing_entry_immutable BEFORE UPDATE OR DELETE ON billing_entry
    FOR EACH ROW EXECUTE FUNCTION billing_refuse_change();
CREATE TRIGGER billing_entry_no_truncate BEFORE TRUNCATE ON billing_entry
    FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_change();

-- All entries of a posting arrive in one statement, and balance in it.
CREATE FUNCTION billing_refuse_imbalance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong uuid;
BEGIN
    SELECT posting_id INTO wrong FROM added
    GROUP BY posting_id HAVING sum(debit_amount) <> sum(credit_amount) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'posting % does not balance', wrong;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER billing_entry_balance AFTER INSERT ON billing_entry
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_imbalance();
"""
BACKWARD = """
DROP TRIGGER billing_entry_balance ON billing_entry;
DROP FUNCTION billing_refuse_imbalance();
DROP TRIGGER billing_entry_no_truncate ON billing_entry;
DROP TRIGGER billing_entry_immutable ON billing_entry;
DROP TRIGGER billing_posting_no_truncate ON billing_posting;
DROP TRIGGER billing_posting_immutable ON billing_posting;
DROP FUNCTION billing_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
