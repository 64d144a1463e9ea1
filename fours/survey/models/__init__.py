from .daily_report import DailyReport
from .follow_up import CallAttempt, FollowUpCall, FollowUpOrder
from .handling import HandlingSheet

__all__ = ["CallAttempt", "DailyReport", "FollowUpCall", "FollowUpOrder", "HandlingSheet"]
