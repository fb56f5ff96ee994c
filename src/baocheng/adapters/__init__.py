"""One module per outside system, implementing ports of engine and areas."""
