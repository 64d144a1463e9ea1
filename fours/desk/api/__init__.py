"""Resources of the kernel: search and tasks."""

from ninja import Router

from .search import router as search
from .tasks import router as tasks

router = Router()
router.add_router("/search", search, tags=["search"])
router.add_router("/tasks", tasks, tags=["tasks"])

__all__ = ["router"]
