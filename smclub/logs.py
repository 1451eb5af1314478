import json
import logging
from datetime import UTC, datetime

_OURS = ("method", "route", "status", "ms", "job", "letter")


class JSONFormatter(logging.Formatter):
    """One JSON object a line: control characters of a message can never start a line of their own."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in _OURS if hasattr(record, name)}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
