"""What comes over the network into a page, as the browser counts it."""


class Traffic:
    """Counts from now on, with the browser's cache off."""

    def __init__(self, page):
        self.bytes = 0
        self.frames = []  # sizes of the websocket's messages
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        session.on("Network.loadingFinished", self._loaded)
        session.on("Network.webSocketFrameReceived", self._frame)

    def _loaded(self, event):
        self.bytes += event["encodedDataLength"]

    def _frame(self, event):
        size = len(event["response"]["payloadData"])
        binary = event["response"]["opcode"] == 2  # then it is base64
        self.frames.append(size * 3 // 4 if binary else size)

    @property
    def total(self):
        return self.bytes + sum(self.frames)
