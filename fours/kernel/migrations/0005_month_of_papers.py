from django.db import migrations, models

# Row-level security is forced on the owner too, so the stores are named for this transaction.
SEE_ALL = "select set_config('fours.stores', (select coalesce(string_agg(id::text, ','), '') from kernel_store), true)"
FILL = """
update kernel_printedform set month = date_trunc('month', coalesce(
    to_date(substring(view->'paper'->>'number' from '-(\\d{6})(?:-\\d+)?$'), 'YYMMDD'),
    (created_at at time zone 'Asia/Shanghai')::date
))::date
"""


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0004_papers_set_later"),
    ]

    operations = [
        migrations.AddField(
            model_name="printedform",
            name="month",
            field=models.DateField(null=True),
        ),
        migrations.RunSQL([SEE_ALL, FILL], migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="printedform",
            name="month",
            field=models.DateField(
                help_text="每月第一天；按单据编号里的营业日，没有编号的按存档日。", verbose_name="归档月份"
            ),
        ),
        migrations.AddIndex(
            model_name="printedform",
            index=models.Index(fields=["store", "month"], name="printed_form_month"),
        ),
    ]
