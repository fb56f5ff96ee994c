def test_probe(adjuster, policy):
    a = adjuster.post("/claims", {"policy_number": policy, "loss_at": "2026-05-01T08:00:00+08:00","reporter_name": "王芳","channel": "PHONE","cause": "accident","lines": [{"head": "medical", "incurred_on": "2026-05-02", "amount": "9600.00"}]})
    print(a.json())
    from baocheng.engine.processes.models import Incident, TokenRow
    for i in Incident.objects.all(): print(i, i.sentence, i.traceback)
    for t in TokenRow.objects.all(): print(t)
    assert 0
