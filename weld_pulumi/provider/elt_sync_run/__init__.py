"""The handler of `EltSyncRun`."""
