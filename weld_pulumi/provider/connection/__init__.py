"""The handler of `Connection`, and how a person authorizes one."""
