from django.urls import path

from fours.service.views import workshop_board, workshop_checks, workshop_jobs

urlpatterns = [
    path("board/", workshop_board.board, name="board"),
    path("board/<int:pk>/move/", workshop_board.board_move, name="board_move"),
    path("orders/<int:pk>/dispatch/", workshop_board.order_dispatch, name="order_dispatch"),
    path("my-jobs/", workshop_jobs.my_jobs, name="my_jobs"),
    path("jobs/<int:pk>/", workshop_jobs.job, name="job"),
    path("jobs/<int:pk>/pause/", workshop_jobs.job_pause, name="job_pause"),
    path("jobs/<int:pk>/finish/", workshop_jobs.job_finish, name="job_finish"),
    path("jobs/<int:pk>/check/", workshop_checks.job_check, name="job_check"),
    path("inspections/", workshop_checks.inspections, name="inspections"),
    path("orders/<int:pk>/inspection/", workshop_checks.inspection, name="inspection"),
    path("washes/", workshop_checks.washes, name="washes"),
    path("washes/<int:pk>/finish/", workshop_checks.wash_finish, name="wash_finish"),
]
