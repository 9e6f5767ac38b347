"""How fast, how small and how thrifty: figures of the whole bot against the bounds it promises."""
