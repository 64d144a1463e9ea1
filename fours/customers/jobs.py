"""What is done about customers by the clock."""

from datetime import datetime

from fours.kernel.models import Store
from fours.kernel.schedules import daily

from .erasing import erase_old_papers


@daily("customers.erase_old_papers", at="03:30")
def let_papers_go(store: Store, due_at: datetime) -> None:
    """Locked papers of erased customers go when the law's term is over."""
    erase_old_papers(store)
