class Refused(Exception):
    """A deed that the house declines; its text may be read by whoever asked."""
