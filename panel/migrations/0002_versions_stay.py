"""What was published stays as it was published: the database itself refuses to change or remove a version. Only the name of who
published it may go, with their account."""

from django.db import migrations

REFUSE = """
create function panel_version_refuse() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and (
        (new.id, new.section_id, new.number, new.section_number, new.title, new.body, new.note, new.published_at)
        = (old.id, old.section_id, old.number, old.section_number, old.title, old.body, old.note, old.published_at)
    ) and (new.published_by_id is null or new.published_by_id = old.published_by_id) then
        return new;
    end if;
    raise exception 'A version stays as it was published: % of panel_version is refused.', tg_op
        using errcode = 'insufficient_privilege';
end
$$;
create trigger panel_version_keeps_rows before update or delete on panel_version
    for each row execute function panel_version_refuse();
create trigger panel_version_keeps_table before truncate on panel_version
    for each statement execute function panel_version_refuse();
"""
ALLOW = """
drop trigger panel_version_keeps_rows on panel_version;
drop trigger panel_version_keeps_table on panel_version;
drop function panel_version_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("panel", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
