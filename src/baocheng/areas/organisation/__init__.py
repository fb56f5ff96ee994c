"""Branches, staff, roles and authority limits (机构与人员)."""
