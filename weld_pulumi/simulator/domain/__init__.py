"""What Weld does, without HTTP: one module for each kind of object."""
