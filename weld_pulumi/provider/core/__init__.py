"""What the handlers of all resources share."""
