"""Resources of the survey area: calls, handling sheets, daily reports."""

from ninja import Router

from .calls import calls
from .handling import sheets
from .reports import reports

router = Router()
router.add_router("/follow-up-calls", calls, tags=["follow-up-calls"])
router.add_router("/handling-sheets", sheets, tags=["handling-sheets"])
router.add_router("/daily-reports", reports, tags=["daily-reports"])

__all__ = ["router"]
