from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('monographs', '0004_reviews'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='letter',
            name='about',
            field=models.CharField(default='', help_text='The thing and the day that it tells of; nobody is told of one twice.', max_length=100),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='letter',
            name='taken_at',
            field=models.DateTimeField(blank=True, help_text='When somebody began to send it; empty when nobody is sending it.', null=True),
        ),
        migrations.AlterField(
            model_name='letter',
            name='is_urgent',
            field=models.BooleanField(default=False, help_text='Sent before all others.'),
        ),
        migrations.AlterField(
            model_name='letter',
            name='sent_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='sent'),
        ),
        migrations.AlterField(
            model_name='letter',
            name='written_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='written'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.UniqueConstraint(fields=('to', 'about'), name='letter_once'),
        ),
    ]
