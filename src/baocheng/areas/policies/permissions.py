"""Who may do what with a policy."""

READ = "policies.read_policy"
ISSUE = "policies.issue_policy"
ENDORSE = "policies.endorse_policy"
CANCEL = "policies.cancel_policy"
