"""What the operator sees: logs, traces, metrics, health."""
