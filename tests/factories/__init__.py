"""Make what tests need: a company, customers, policies and claims, without surprises."""
