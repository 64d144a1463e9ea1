"""Resources of the service area; each verb calls the one the screens call."""

from ninja import Router

from . import additional, catalogue, corrections, jobs, lines, orders, reception, records, settlement

router = Router()
router.add_router("/appointments", reception.appointments, tags=["appointments"])
router.add_router("/check-ins", reception.check_ins, tags=["check-ins"])
router.add_router("/repair-orders", orders.router, tags=["repair-orders"])
router.add_router("/repair-orders", lines.adding, tags=["repair-orders"])
router.add_router("/estimates", records.estimates, tags=["estimates"])
router.add_router("/jobs", jobs.router, tags=["jobs"])
router.add_router("/jobs", lines.jobs, tags=["jobs"])
router.add_router("/part-lines", lines.parts, tags=["part-lines"])
router.add_router("/fee-lines", lines.fees, tags=["fee-lines"])
router.add_router("/additional-works", additional.router, tags=["additional-works"])
router.add_router("/inspections", records.inspections, tags=["inspections"])
router.add_router("/washes", jobs.washes, tags=["washes"])
router.add_router("/statements", settlement.statements, tags=["statements"])
router.add_router("/opening-receivables", settlement.receivables, tags=["opening-receivables"])
router.add_router("/payments", settlement.payments, tags=["payments"])
router.add_router("/labor-operations", catalogue.operations, tags=["catalogue"])
router.add_router("/packages", catalogue.packages, tags=["catalogue"])
router.add_router("/labor-rates", catalogue.rates, tags=["catalogue"])

__all__ = ["corrections", "router"]
