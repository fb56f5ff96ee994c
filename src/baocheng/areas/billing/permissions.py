"""Who may do what with money. What is paid for a claim is approved in claims."""

MAKE_FILE = "billing.make_payment_file"
ACKNOWLEDGE = "billing.record_acknowledgement"
CONFIRM = "billing.confirm_payments"
READ_LEDGER = "billing.read_ledger"
