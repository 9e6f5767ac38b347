"""Media in the making: ordered once, paid once, delivered once, whatever dies in between."""
