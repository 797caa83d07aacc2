"""The ASGI side: what the server does beside drawing pages."""
