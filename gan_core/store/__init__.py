"""The store: the only thing that the web server, the viewer and the workers share."""
