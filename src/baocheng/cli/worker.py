"""The worker process: runs the jobs that rooms and areas declare in their `jobs.py`."""

import django
from django.core.management import call_command

from baocheng.cli import memory


def main() -> None:
    """Work until told to stop."""
    django.setup()
    memory.settle()
    call_command("procrastinate", "worker", "--concurrency", "2", "--delete-jobs", "successful")


if __name__ == "__main__":
    main()
