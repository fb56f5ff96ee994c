"""保程: the service handbook of an insurer, run as a program."""
