"""What a program writes: the resources and their provider. Nothing here reaches the network."""
