"""The handler of `SourceStream`, and the streams that an `EltSync` lists inline."""
