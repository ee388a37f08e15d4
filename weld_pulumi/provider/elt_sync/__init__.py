"""The handler of `EltSync`."""
