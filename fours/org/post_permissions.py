"""Which post may do what (PF-02): written by hand from the duties in the sources, the one table of rights.

A permission is `area.word`. A person has the union of their posts. A store adds and takes away by rows
(`PostRight`). A post not named has no rights beyond its own tasks.
"""

# Workshop, wash and store room see work, hours and pieces; amounts are for who speaks with the customer or the payer.
LOOK = frozenset({"customers.view", "vehicles.view", "service.view", "service.view_money", "parts.view"})
WRITES = frozenset({"messages.view", "messages.send"})
TO_MANY = frozenset({"messages.broadcast", "messages.change_templates"})
# The monthly folders of papers: looked after by the info clerk, taken out of the store by who answers for them.
FOLDERS = frozenset({"archive.view", "archive.bind", "archive.download"})
FRONT = LOOK | WRITES | {
    "customers.change", "vehicles.change", "service.book", "service.check_in", "service.order", "service.answer",
    "service.report_finding",
}  # fmt: skip
ADVISOR = FRONT | {"service.settle", "service.deliver", "service.handover", "survey.view", "service.discount"}
WORKSHOP = frozenset({"vehicles.view", "service.view", "parts.view"})
# Who never has to call a customer or write down a number sees people's data masked; some may ask for one value.
REVEAL = frozenset({"kernel.reveal_personal"})
CALLS = LOOK | WRITES | {"customers.change", "survey.view", "survey.call"}

# Whoever writes a person's data down, or speaks with them, sees it: these rights carry that one with them.
SEES_PEOPLE = frozenset({
    "customers.change", "customers.merge", "service.book", "service.check_in", "service.order", "service.settle",
    "service.cash", "survey.call",
})  # fmt: skip
CARRIED: dict[str, str] = dict.fromkeys(SEES_PEOPLE, "kernel.view_personal")

PERMISSIONS_OF_POST: dict[str, frozenset[str]] = {
    "gm": LOOK | {
        "survey.view", "survey.view_report", "survey.sign_report", "parts.view_cost", "service.on_account", "org.view",
        "org.change_settings", "service.approve", "kernel.export", "kernel.view_personal", "messages.view",
        "approvals.change", "customers.erase", "kernel.open_locked", "kernel.export_many", "service.opening",
        "org.change_rights", "org.grant_any", "archive.view", "archive.download",
    },
    "aftersales_manager": ADVISOR | TO_MANY | FOLDERS | {
        "service.dispatch", "service.on_account", "service.gate_pass", "service.approve", "service.reverse",
        "survey.solve", "survey.view_report", "survey.sign_report", "parts.view_cost", "org.view", "org.change_settings",
        "service.change_catalogue", "kernel.export", "customers.merge", "customers.erase", "service.opening",
    },
    "service_manager": ADVISOR | TO_MANY | FOLDERS | {
        "service.dispatch", "service.on_account", "service.gate_pass", "service.approve", "service.reverse",
        "survey.solve", "survey.view_report", "survey.sign_report", "parts.view_cost", "org.view", "org.change_settings",
        "service.change_catalogue", "kernel.export", "customers.merge", "customers.erase", "service.opening",
    },
    "frontdesk_supervisor": ADVISOR | {
        "archive.view",
        "service.gate_pass", "survey.view_report", "survey.prepare_report", "customers.merge", "service.handover",
    },
    "advisor": ADVISOR | {"service.handover"},
    "receptionist": LOOK | WRITES | {"customers.change", "vehicles.change", "service.book"},
    "info_clerk": CALLS | FOLDERS | {
        "vehicles.change", "customers.import", "customers.merge", "service.check_in", "service.book",
        "survey.view_report", "survey.prepare_report",
    },
    "foreman": WORKSHOP | REVEAL | {
        "customers.view", "service.dispatch", "service.work", "service.report_finding", "service.team_check",
        "service.wash", "survey.view",
    },
    "team_leader": WORKSHOP | {"service.work", "service.report_finding", "service.team_check"},
    "technician": WORKSHOP | {"service.work", "service.report_finding"},
    "inspector": WORKSHOP | {"service.final_check", "service.report_finding"},
    "technical_director": WORKSHOP | {"service.final_check", "service.team_check", "service.report_finding"},
    "washer": frozenset({"service.view", "service.wash"}),
    "cashier": LOOK | {"service.cash", "service.gate_pass"},
    "settlement_clerk": LOOK | {"service.settle", "service.cash", "service.gate_pass"},
    "parts_manager": LOOK | REVEAL | {
        "parts.change", "parts.issue", "parts.receive", "parts.view_cost", "parts.import", "kernel.export",
    },
    "parts_planner": LOOK | REVEAL | {"parts.change", "parts.view_cost", "parts.import"},
    "parts_keeper": WORKSHOP | {"parts.issue", "parts.receive", "parts.view_cost"},
    "warranty_clerk": LOOK | {"kernel.view_personal"},
    "crm_manager": CALLS | TO_MANY | {
        "survey.solve", "survey.view_report", "customers.merge", "kernel.export", "customers.erase",
    },
    "crm_agent": CALLS,
    "renewal_agent": frozenset({"customers.view", "vehicles.view", "kernel.view_personal"}),
    "insurance_agent": frozenset({"customers.view", "vehicles.view", "kernel.view_personal"}),
    "sales_manager": frozenset({"customers.view", "vehicles.view", "kernel.view_personal"}),
    "sales_consultant": frozenset({"customers.view", "vehicles.view", "kernel.view_personal"}),
    "tool_keeper": frozenset(),
    "it_admin": frozenset({"org.view", "org.manage_users", "org.change_rights", "org.change_settings",
                           "org.manage_devices",
                           "customers.import", "parts.import", "service.opening",
                           "messages.change_providers",
                           "customers.view", "vehicles.view", "parts.view"}),
}  # fmt: skip


def with_carried(permissions: frozenset[str]) -> frozenset[str]:
    """The rights and those they carry with them."""
    return permissions | {CARRIED[one] for one in permissions if one in CARRIED}
