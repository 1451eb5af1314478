class Refused(Exception):
    """A deed that the house declines; its text may be read by whoever asked, beside `field` when it is about one."""

    def __init__(self, message: str, *, code: str = "", field: str | None = None):
        super().__init__(message)
        self.code, self.field = code, field
