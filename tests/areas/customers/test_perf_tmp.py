import pytest,time
from datetime import datetime
from baocheng.areas.customers.operations import *
from baocheng.areas.customers.permissions import *
from baocheng.engine.streams import Actor
from baocheng.kernel.time import SHANGHAI
from baocheng.kernel.identifiers.resident_id import check_digit
from datetime import date,timedelta
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=SHANGHAI)
CLERK = Actor(id="staff:clerk", name="赵敏", branch="1", permissions=frozenset({READ, REGISTER, CHANGE, REVEAL}))
def n(i):
    b="310101"+f"{date(1950,1,1)+timedelta(i//900):%Y%m%d}"+f"{i%900:03d}"
    return b+check_digit(b)
@pytest.mark.django_db
def test_perf():
    rows=[NewPerson(name=f"王小{i}", resident_id=n(i), phone=f"138{i:08d}", reference=f"x{i}") for i in range(20000)]
    for label in ('first','again'):
        t=time.perf_counter(); c=time.process_time()
        for k in range(0,20000,5000):
            register_persons(rows[k:k+5000],by=CLERK,at=NOON)
        print(label,time.perf_counter()-t,time.process_time()-c)
    from baocheng.areas.customers.queries import find_parties
    t=time.perf_counter(); r=find_parties("小1234",by=CLERK); print('search',time.perf_counter()-t,len(r))
    t=time.perf_counter(); r=find_parties("王小",by=CLERK); print('search',time.perf_counter()-t,len(r))
    t=time.perf_counter(); r=find_parties("1234",by=CLERK); print('tail',time.perf_counter()-t,len(r))
