"""The step of 开业设置 that brings customers and cars in (PF-15)."""

from fours.org.setup import Link, Step, counted, register_step

from .models import Vehicle

register_step(
    Step(
        70,
        "客户和车辆",
        "从原来的系统或表格导入；先试运行，有问题的行退回一张表改好再导。没有名单也可以开业，接车时建档。",
        lambda store: counted(Vehicle.objects.filter(store=store, merged_into=None).count(), "辆车"),
        (Link("导入客户和车辆", "intakes", "customers.import"),),
        optional=True,
    )
)
