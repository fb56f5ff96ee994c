"""Files to and from the bank."""

from django.db import models

from baocheng.engine.fields import AmountField, EncryptedField
from baocheng.kernel.ids import new_id


class PaymentFile(models.Model):
    """A file of payments for the bank (支付文件), with its control totals."""

    id = models.UUIDField(primary_key=True, default=new_id)
    branch = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    count = models.IntegerField()
    total_amount = AmountField()
    sha256 = models.CharField(max_length=64)
    content = EncryptedField()

    class Meta:
        db_table = "billing_payment_file"

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d} {self.count} {self.total_amount}"


class Acknowledgement(models.Model):
    """What the bank said of payments (回盘), stored once by its hash."""

    id = models.UUIDField(primary_key=True, default=new_id)
    sha256 = models.CharField(max_length=64, unique=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)
    paid_count = models.IntegerField()
    returned_count = models.IntegerField()
    refused_count = models.IntegerField()

    class Meta:
        db_table = "billing_acknowledgement"

    def __str__(self) -> str:
        return f"{self.recorded_at:%Y-%m-%d} {self.sha256[:8]}"
