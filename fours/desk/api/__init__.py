"""Resources of the kernel: search, tasks, and what is kept with any document."""

from ninja import Router

from .documents import attachments, documents
from .search import router as search
from .tasks import router as tasks

router = Router()
router.add_router("/search", search, tags=["search"])
router.add_router("/tasks", tasks, tags=["tasks"])
router.add_router("/documents", documents, tags=["documents"])
router.add_router("/attachments", attachments, tags=["documents"])

__all__ = ["router"]
