"""A signature says when it is written and whose it is, whatever the connection says that writes it."""

from django.db import migrations

# With the rights of its owner: the readers' role may not see accounts.
SIGNED_NOW = """
CREATE FUNCTION accounts_signed_now() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.signed_at := clock_timestamp();
    SELECT full_name INTO STRICT NEW.full_name FROM accounts_user WHERE id = NEW.signer_id;
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION accounts_signed_now() FROM PUBLIC;
CREATE TRIGGER signed_now BEFORE INSERT ON accounts_signature
    FOR EACH ROW EXECUTE FUNCTION accounts_signed_now();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_wrong_passwords")]
    operations = [migrations.RunSQL(SIGNED_NOW, "DROP FUNCTION accounts_signed_now() CASCADE")]
