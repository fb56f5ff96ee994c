"""BPMN 2.0: the processes of the handbook, read, checked, run and drawn."""
