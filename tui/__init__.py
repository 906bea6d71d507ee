"""taloscope: a terminal war room for several Talos Linux clusters."""
