from django.urls import path

from fours.intake.views import columns as intake_columns
from fours.intake.views import progress as intake_progress
from fours.intake.views import rows as intake_rows
from fours.intake.views import upload as intake_upload

from .views import (
    attachments,
    comments,
    history,
    home,
    personal,
    pick,
    printing,
    search,
    settings,
    store_switch,
    tasks,
    verbs,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<int:pk>/", tasks.task, name="task"),
    path("tasks/<int:pk>/snooze/", tasks.snooze, name="snooze_task"),
    path("tasks/<int:pk>/hand-over/", tasks.hand_over, name="hand_over_task"),
    path("import/", intake_upload.intakes, name="intakes"),
    path("import/template/<slug:kind>/", intake_upload.intake_template, name="intake_template"),
    path("import/<int:pk>/", intake_rows.intake, name="intake"),
    path("import/<int:pk>/columns/", intake_columns.intake_columns, name="intake_columns"),
    path("import/<int:pk>/load/", intake_progress.intake_load, name="intake_load"),
    path("import/<int:pk>/progress/", intake_progress.intake_progress, name="intake_progress"),
    path("import/<int:pk>/stop/", intake_progress.intake_stop, name="intake_stop"),
    path("import/<int:pk>/undo/", intake_progress.intake_undo, name="intake_undo"),
    path("import/<int:pk>/errors/", intake_rows.intake_errors, name="intake_errors"),
    path("switch-store/", store_switch.switch_store, name="switch_store"),
    path("settings/", settings.settings, name="settings"),
    path("settings/<str:key>/", settings.setting, name="setting"),
    path("security-log/", settings.security_log, name="security_log"),
    path("failed-jobs/", settings.failed_jobs, name="failed_jobs"),
    path("search/", search.search_page, name="search"),
    path("pick/<slug:source>/", pick.pick, name="pick"),
    path("do/<slug:name>/<int:pk>/", verbs.do, name="do_verb"),
    path("files/<uuid:token>/", attachments.attachment, name="attachment"),
    path("attach/<str:kind>/<int:pk>/", attachments.attach, name="attach"),
    path("comment/<str:kind>/<int:pk>/", comments.comment, name="comment"),
    path("history/<str:kind>/<int:pk>/", history.history, name="history"),
    path("reveal/<str:kind>/<int:pk>/<str:field>/", personal.reveal, name="reveal"),
    path("print/<str:form>/<int:pk>/", printing.print_form, name="print_form"),
]
