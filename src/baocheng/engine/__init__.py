"""The machine that runs any handbook. It knows no insurance: areas register what they can do."""
