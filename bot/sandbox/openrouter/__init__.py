"""A loopback stand-in of OpenRouter: same endpoints, shapes, limits and errors, no real model.

`app.create_app` builds it, `control` documents how to script and inspect it.
"""
