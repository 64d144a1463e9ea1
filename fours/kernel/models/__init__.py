from .attachment import Attachment, Comment
from .calendar import CalendarDay, ClosedDate, NumberCounter
from .event import Event, SecurityEntry
from .idempotency import IdempotencyKey
from .identity import Group, Store, User
from .intake import IntakeLoad, IntakeMapping, IntakeRow
from .occurrence import Occurrence
from .printed import PrintedForm
from .scope import ChildOfDocument, Document, GroupScoped, Scope, ScopedManager, StoreScoped
from .search import SearchKey
from .setting import Setting
from .task import Task, TaskWatcher
from .token import ApiToken

__all__ = [
    "ApiToken",
    "Attachment",
    "CalendarDay",
    "ChildOfDocument",
    "ClosedDate",
    "Comment",
    "Document",
    "Event",
    "Group",
    "GroupScoped",
    "IdempotencyKey",
    "IntakeLoad",
    "IntakeMapping",
    "IntakeRow",
    "NumberCounter",
    "Occurrence",
    "PrintedForm",
    "Scope",
    "ScopedManager",
    "SearchKey",
    "SecurityEntry",
    "Setting",
    "Store",
    "StoreScoped",
    "Task",
    "TaskWatcher",
    "User",
]
