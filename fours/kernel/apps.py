from django.db.backends.signals import connection_created

from fours.kernel.app_config import FoursAppConfig


class KernelConfig(FoursAppConfig):
    name = "fours.kernel"
    label = "kernel"
    verbose_name = "内核"

    def ready(self) -> None:
        super().ready()
        from fours.kernel.database import remember_statements  # models are there only now

        connection_created.connect(remember_statements, dispatch_uid="fours.remember_statements")
