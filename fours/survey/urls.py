"""Addresses of customer care: calls, handling sheets, daily reports."""

from django.urls import path

from .views import calls, handling, reports

urlpatterns = [
    path("survey/calls/", calls.calls, name="calls"),
    path("survey/calls/<int:pk>/", calls.call, name="call"),
    path("survey/handling/", handling.handling_sheets, name="handling_sheets"),
    path("survey/handling/<int:pk>/", handling.handling_sheet, name="handling_sheet"),
    path("survey/handling/<int:pk>/assign/", handling.assign, name="assign_handling"),
    path("survey/handling/<int:pk>/solve/", handling.solve, name="solve_handling"),
    path("survey/reports/", reports.daily_reports, name="daily_reports"),
    path("survey/reports/<int:pk>/", reports.daily_report, name="daily_report"),
    path("survey/reports/<int:pk>/rows/<str:code>/", reports.report_rows, name="report_rows"),
]
