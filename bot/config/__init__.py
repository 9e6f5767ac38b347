"""What the operator configured: a JSON5 file and the environment, read once into frozen values."""
