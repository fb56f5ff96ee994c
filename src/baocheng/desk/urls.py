"""The addresses of the desk."""

from django.conf import settings
from django.urls import path

from baocheng.desk.views import (
    administration,
    approvals,
    case,
    claims,
    customers,
    handbook,
    payments,
    policies,
    reporting,
    searching,
    signing,
    tasks,
    worklist,
)

app_name = "desk"

urlpatterns = [
    path("", worklist.show_worklist, name="home"),
    path("sign-in/", signing.sign_in, name="sign_in"),
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("branch/", signing.switch_branch, name="branch"),
    path("search/", searching.search, name="search"),
    path("work/", worklist.show_worklist, name="worklist"),
    path("work/export/", worklist.export, name="worklist_export"),
    path("work/take/", worklist.take_several, name="take_several"),
    path("tasks/<uuid:item_id>/", tasks.open_task, name="task"),
    path("tasks/<uuid:item_id>/complete/", tasks.complete, name="task_complete"),
    path("tasks/<uuid:item_id>/draft/", tasks.keep_draft, name="task_draft"),
    path("tasks/<uuid:item_id>/take/", tasks.take, name="task_take"),
    path("tasks/<uuid:item_id>/release/", tasks.release, name="task_release"),
    path("approvals/", approvals.show_approvals, name="approvals"),
    path("approvals/batch/", approvals.approve_several, name="approve_several"),
    path("claims/", claims.list_claims, name="claims"),
    path("claims/report/", reporting.report, name="report"),
    path("claims/report/draft/", reporting.keep_draft, name="report_draft"),
    path("claims/<str:number>/", case.show_tasks, name="case"),
    path("claims/<str:number>/documents/", case.show_documents, name="case_documents"),
    path("claims/<str:number>/sheet/", case.show_sheet, name="case_sheet"),
    path("claims/<str:number>/decisions/", case.show_decisions, name="case_decisions"),
    path("claims/<str:number>/payments/", case.show_payments, name="case_payments"),
    path("claims/<str:number>/messages/", case.show_messages, name="case_messages"),
    path("claims/<str:number>/timeline/", case.show_timeline, name="case_timeline"),
    path("claims/<str:number>/process/", case.show_process, name="case_process"),
    path("claims/<str:number>/position/", case.show_position, name="case_position"),
    path("claims/<str:number>/files/", case.receive_files, name="case_files"),
    path("claims/<str:number>/policy/", case.match, name="case_match"),
    path("claims/<str:number>/reopen/", case.reopen, name="case_reopen"),
    path("documents/<uuid:document_id>/", case.download, name="document"),
    path("policies/", policies.list_policies, name="policies"),
    path("policies/<str:number>/", policies.show_policy, name="policy"),
    path("customers/", customers.find_customers, name="customers"),
    path("customers/<uuid:party_id>/", customers.show_customer, name="customer"),
    path("customers/<uuid:party_id>/reveal/<str:field>/", customers.reveal, name="reveal"),
    path("customers/<uuid:party_id>/masked/<str:field>/", customers.mask, name="mask"),
    path("handbook/", handbook.show_cover, name="handbook"),
    path("handbook/clocks/", handbook.show_clocks, name="handbook_clocks"),
    path("handbook/<str:kind>/<str:key>/", handbook.show_definition, name="definition"),
    path("payments/", payments.show_payments, name="payments"),
    path("payments/file/", payments.make_file, name="payment_file"),
    path("payments/acknowledgement/", payments.acknowledge, name="acknowledgement"),
    path("payments/file/<uuid:file_id>/", payments.download, name="payment_download"),
    path("administration/", administration.show_rooms, name="administration"),
    path("administration/outbox/", administration.show_outbox, name="outbox"),
    path("administration/journal/", administration.show_journal, name="journal"),
    path("administration/incidents/", administration.show_incidents, name="incidents"),
    path("administration/incidents/<uuid:id>/retry/", administration.retry, name="retry"),
    path("administration/organisation/", administration.show_organisation, name="organisation"),
]
if settings.IS_DEMO:
    # Only a demonstration has a clock that can be moved.
    from baocheng.desk.views import demonstration

    urlpatterns.append(path("administration/clock/", demonstration.show_clock, name="clock"))
