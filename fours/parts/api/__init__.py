"""Resources of the parts store."""

from ninja import Router

from .reading import movements, parts
from .stock import balances, receipts

router = Router()
router.add_router("/parts", parts, tags=["parts"])
router.add_router("/stock-movements", movements, tags=["parts"])
router.add_router("/stock-receipts", receipts, tags=["parts"])
router.add_router("/lot-balances", balances, tags=["parts"])

__all__ = ["router"]
