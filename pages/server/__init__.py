"""The ASGI side: what the server does besides drawing pages."""
